import type { JsonValue, KubeObject, Plan, PlannedManifest } from '@millrace/core';
import { isList, isObject } from './json-value.ts';

/**
 * A plan with its placeholders replaced by what they are in the first attempt when all before it went well; a uid, which
 * only a cluster gives, stays one. Pure.
 * @param now - when the job and all its units start, milliseconds since the epoch
 */
export function firstAttempt(plan: Plan, now: number): Plan {
  const seconds = String(Math.floor(now / 1000));
  const values: Readonly<Record<string, string>> = {
    startedAt: seconds,
    jobStartedAt: seconds,
    status: 'success',
    attempt: '1',
  };
  const fill = (value: JsonValue): JsonValue => {
    if (isList(value)) return value.map(fill);
    if (!isObject(value)) return value;
    const { $millrace: kind } = value;
    if (typeof kind === 'string') return values[kind] ?? value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        member === undefined ? undefined : fill(member),
      ]),
    );
  };
  const filled = (planned: PlannedManifest): PlannedManifest => ({
    ...planned,
    manifest: fill(planned.manifest) as KubeObject,
  });
  return {
    ...plan,
    units: plan.units.map((planned) => ({ ...planned, pod: filled(planned.pod) })),
    objects: plan.objects.map((planned) => ({ ...planned, object: filled(planned.object) })),
  };
}
