import type { JobContribution } from '@millrace/core';
import { childPointer, resourceTypes } from '@millrace/kube-objects';
import type { PlacedStep } from './job-context.ts';
import { pluginName } from './plugin-name.ts';

/** Name of the secret with the values of a step's variables. */
export const stepSecretOf = ({ podName }: Pick<PlacedStep, 'podName'>): string =>
  `${podName}-step-secret`;

/** A secret for each step with variables that came from secrets; also of those it has no variable for (woodpecker/135). */
export const stepSecrets = (steps: readonly PlacedStep[]): readonly JobContribution[] =>
  steps
    .filter(({ step }) => Object.keys(step.secretMapping).length > 0)
    .map((placed): JobContribution => ({
      kind: 'object',
      id: `step-secret-${placed.unit}`,
      type: resourceTypes.secrets,
      manifest: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: stepSecretOf(placed) },
        type: 'Opaque',
        stringData: placed.step.secretMapping,
      },
      scope: { unit: placed.unit },
      when: 'before',
      deleteAt: 'scope-end',
      secrets: Object.keys(placed.step.secretMapping).map((key) =>
        childPointer('/stringData', key),
      ),
      source: { plugin: pluginName, configPath: `secrets of step ${placed.step.name}` },
    }));
