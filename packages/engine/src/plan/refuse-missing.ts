import type { Plan, Precondition } from '@millrace/core';

/**
 * The plan as it ends where an object that must exist is missing: what `run` finds out by looking, `explain` is told.
 * @param isMissing - whether the facts say so
 */
export function refuseMissing(
  plan: Plan,
  isMissing: (precondition: Precondition) => boolean,
): Plan {
  const missing = plan.preconditions.find(isMissing);
  if (missing === undefined) return plan;
  const { code, reason = 'api_not_found', text, source } = missing.refusal;
  return {
    ...plan,
    units: [],
    objects: [],
    preconditions: [],
    refused: { code, reason, message: text, plugin: source?.plugin ?? '' },
  };
}
