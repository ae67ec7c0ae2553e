import type { FieldContribution, SessionWork } from '@millrace/core';
import type { PlacedStep } from './job-context.ts';
import { pluginName } from './plugin-name.ts';
import type { WoodpeckerJobOptions } from './woodpecker-job-options.ts';

const volume = 'millrace';

/** Beside the workspace, because where mounts have to lie below one folder that is the only place which is known. */
const driverDirectory = ({ step }: PlacedStep): string => `${step.workspaceBase}-millrace`;

/** Whether a step takes its files from whoever runs the workflow. */
export const receivesSources = ({ step }: PlacedStep, { sources }: WoodpeckerJobOptions): boolean =>
  sources !== undefined && step.type === 'clone';

/** What a step does that takes its files instead of running what its image does. */
export function receiveSources(placed: PlacedStep, transfer: string): SessionWork {
  const { step, podName } = placed;
  const directory = driverDirectory(placed);
  return {
    kind: 'session',
    sessionContainer: podName,
    scriptsDirectory: `${directory}/scripts`,
    logsDirectory: `${directory}/logs`,
    shell: 'sh',
    stages: [
      {
        name: 'sources',
        title: step.name,
        container: podName,
        on: 'success',
        userCode: false,
        countsAsFailure: true,
        afterCancel: false,
        action: { do: 'receive', transfer, directory: step.workingDirectory },
      },
    ],
  };
}

/** Where the driver of such a step keeps its files. */
export function driverVolume(placed: PlacedStep): readonly FieldContribution[] {
  const source = { plugin: pluginName };
  return [
    {
      kind: 'field',
      path: '/spec/volumes',
      op: 'append',
      value: { name: volume, emptyDir: {} },
      source,
    },
    {
      kind: 'field',
      on: { name: [placed.podName] },
      path: '/volumeMounts',
      op: 'append',
      value: { name: volume, mountPath: driverDirectory(placed) },
      source,
    },
  ];
}
