import type {
  ContainerRequest,
  FieldContribution,
  JsonValue,
  Settings,
  Source,
  Unit,
  Variable,
} from '@millrace/core';
import type { JobContext, JobLayout } from './job-context.ts';
import type { JobSettings } from './settings.ts';
import { ownerContributions } from './ownership.ts';
import { pluginName } from './plugin-name.ts';
import { volumeContributions } from './stage-volumes.ts';
import { containerEnv } from './variables/container-env.ts';

/** Fields of the pod that come from how GitLab jobs run. */
export function podContributions(
  unit: Unit,
  context: JobContext,
  layout: JobLayout,
  settings: Settings<JobSettings>,
): readonly FieldContribution[] {
  return [
    set('/spec/restartPolicy', 'Never'),
    ...deadline(context),
    { ...set('/stdin', true), on: { name: lasting(unit).map(({ name }) => name) } },
    ...volumeContributions(context, settings),
    ...ownerContributions(context),
    ...environment(unit, layout, settings),
  ];
}

/**
 * The pod's own deadline, one second after the job's. GitLab Runner: counted from what the server said, also when that
 * was nothing.
 */
function deadline({ flags, payload }: JobContext): readonly FieldContribution[] {
  if (!flags.isOn('FF_USE_POD_ACTIVE_DEADLINE_SECONDS')) return [];
  return [set('/spec/activeDeadlineSeconds', payload.timeout + 1)];
}

/** The job's containers and its services; not what third parties add, nor what runs before. */
const lasting = ({ containers }: Unit): readonly ContainerRequest[] =>
  containers.filter(
    ({ role, init }) => !init && (role === 'build' || role === 'helper' || role === 'service'),
  );

/** Variables of the job in its own container and in those of services. The helper gets them in its scripts alone. */
function environment(
  unit: Unit,
  { variables }: JobLayout,
  settings: Settings<JobSettings>,
): readonly FieldContribution[] {
  return lasting(unit)
    .filter(({ role }) => role !== 'helper')
    .flatMap(({ name: container, variables: own }) =>
      containerEnv(variables, own).map(({ name, value, variable }, index): FieldContribution => ({
        kind: 'field',
        on: { name: [container] },
        path: '/env',
        op: 'append',
        value: value === undefined ? { name } : { name, value },
        rank: index,
        secret: variable.masked,
        source: variableSource(variable, settings),
      })),
    );
}

/** Where a person can change a variable: among the job's, or in the runner's configuration. */
function variableSource(
  { key, internal }: Variable,
  { value, source }: Settings<JobSettings>,
): Source {
  if (!internal) return { plugin: pluginName, variable: key };
  if (value.environment.some((entry) => entry.startsWith(`${key}=`)))
    return source(['environment']);
  if (value.featureFlags[key] !== undefined) return source(['featureFlags', key]);
  return { plugin: pluginName };
}

const set = (path: string, value: JsonValue): FieldContribution => ({
  kind: 'field',
  path,
  op: 'set',
  value,
  source: { plugin: pluginName },
});
