import type { FieldContribution, JsonValue, PodContribution, Settings, Unit } from '@millrace/core';
import { stepEnvironment } from './environment/step-environment.ts';
import { launcher } from './environment/script.ts';
import type { JobContext, PlacedStep } from './job-context.ts';
import { envFromSecret, nativeSecretFields } from './native-secrets.ts';
import { maskedVariables } from './masks.ts';
import { containerDirectory } from './permissions.ts';
import { pluginName } from './plugin-name.ts';
import { driverVolume, receivesSources } from './received-sources.ts';
import type { WoodpeckerJobSettings } from './settings.ts';
import { stepStatements } from './statements.ts';
import { stepSecretOf } from './step-secrets.ts';
import { initContainerOf } from './units.ts';

/** Fields of a step's pod that come from how Woodpecker runs steps; nothing for units of others. */
export function stepContributions(
  unit: Unit,
  context: JobContext,
  settings: Settings<WoodpeckerJobSettings>,
): readonly PodContribution[] {
  const placed = context.steps.find((candidate) => candidate.unit === unit.id);
  if (placed === undefined) return [];
  return [
    { ...set('/spec/restartPolicy', 'Never'), source: { plugin: pluginName } },
    ...start(placed),
    ...ports(placed),
    ...environment(placed, context),
    ...nativeSecretFields(placed, settings),
    ...directory(unit, placed),
    ...stepStatements(placed, context, settings.value),
    ...(receivesSources(placed, context.options) ? driverVolume(placed) : []),
  ];
}

/** An entrypoint replaces the script's launcher; the script is there all the same. */
function start({ step, podName }: PlacedStep): readonly FieldContribution[] {
  const command =
    step.entrypoint.length > 0 ? step.entrypoint : step.commands.length > 0 ? launcher : [];
  const where = containerDirectory(step);
  const on = { name: [podName] };
  return [
    ...(command.length === 0 ? [] : [{ ...set('/command', command), on }]),
    ...(where === '' ? [] : [{ ...set('/workingDir', where), on }]),
  ];
}

const ports = ({ step, podName }: PlacedStep): readonly FieldContribution[] =>
  step.ports.map(({ number, protocol }, rank) => ({
    ...set('/ports', {
      containerPort: number,
      ...(protocol === '' ? {} : { protocol: protocol.toUpperCase() }),
    }),
    op: 'append',
    on: { name: [podName] },
    rank,
  }));

/** Behind all variables with a value. */
const referenceRank = 100_000;

/** Variables by name, then references to those that are in the step's secret. */
function environment(
  placed: PlacedStep,
  { options, workflow }: JobContext,
): readonly FieldContribution[] {
  const { step, podName } = placed;
  const commands = step.commands.join('\n');
  // Encoded, a hidden value in it would not be found.
  const isHiddenScript = maskedVariables(workflow).some(({ value }) => commands.includes(value));
  const variables = Object.entries(stepEnvironment(step, options)).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return variables.map(([name, value], index): FieldContribution => {
    const isSecret = Object.hasOwn(step.secretMapping, name);
    return {
      kind: 'field',
      on: { name: [podName] },
      path: '/env',
      op: 'append',
      value: isSecret ? envFromSecret(name, stepSecretOf(placed), name) : { name, value },
      rank: isSecret ? referenceRank + index : index,
      secret:
        !isSecret && (name.startsWith('CI_NETRC_') || (name === 'CI_SCRIPT' && isHiddenScript)),
      source: { plugin: pluginName, variable: name },
    };
  });
}

/** The container that makes the working directory relies on its image having no entrypoint of its own. */
function directory(
  { containers }: Unit,
  { step, podName }: PlacedStep,
): readonly FieldContribution[] {
  const name = initContainerOf(podName);
  if (!containers.some((container) => container.name === name)) return [];
  return [{ ...set('/args', ['mkdir', '-p', containerDirectory(step)]), on: { name: [name] } }];
}

const set = (path: string, value: JsonValue): FieldContribution => ({
  kind: 'field',
  path,
  op: 'set',
  value,
  source: { plugin: pluginName },
});
