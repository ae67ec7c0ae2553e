import type { ClusterFacts, Settings, Variable } from '@millrace/core';
import type { ServiceContext } from './service-contributions.ts';
import type { ServicesSettings } from './settings.ts';

/** Reads them from settings, facts and the job's variables. */
export function startOptions({
  settings,
  facts,
  variables,
}: {
  readonly settings: Settings<ServicesSettings>;
  readonly facts: ClusterFacts;
  readonly variables: readonly Variable[];
}): ServiceContext {
  const { healthCheckVariable, plainStartVariable } = settings.value;
  const variable = variables.findLast(({ key }) => key === plainStartVariable);
  return {
    facts,
    healthCheckVariable,
    plainStart: variable?.value === 'true' ? plainStartVariable : undefined,
  };
}
