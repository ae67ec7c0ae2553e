import type { ClusterHandle } from '@millrace/testkit';
import type { Plugin, Stage, Unit } from '@millrace/core';

/** A unit beside the job's first one. */
export interface MoreUnit extends Partial<Pick<Unit, 'after' | 'background' | 'on'>> {
  readonly id: string;
  readonly script: string;
}

/** Plans more units with one stage each, every one in a pod of its own. */
export const moreUnits = (
  { mountPrefix }: Pick<ClusterHandle, 'mountPrefix'>,
  folder: string,
  units: readonly MoreUnit[],
): Plugin => ({
  $$type: '@millrace/plugin',
  name: '@millrace/more-units',
  apiVersion: '1',
  configKey: 'more_units',
  configSchema: {
    '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
  },
  setup: ({ tap }) => {
    tap('planUnits', (planned) => {
      const [first] = planned;
      if (first?.work.kind !== 'session') return planned;
      const { work } = first;
      return [
        ...units.map(({ script, ...unit }): Unit => {
          // Without namespaces all containers share these paths.
          const prefix = mountPrefix === undefined ? '' : `${mountPrefix}/${folder}-${unit.id}`;
          return {
            ...first,
            after: [],
            ...unit,
            title: unit.id,
            podName: `${first.podName}-${unit.id}`,
            work: {
              ...work,
              scriptsDirectory: `${prefix}/scripts`,
              logsDirectory: `${prefix}/logs`,
              stages: [scriptStage(script)],
            },
          };
        }),
        ...planned,
      ];
    });
  },
});

const scriptStage = (script: string): Stage => ({
  name: 'script',
  title: 'script',
  container: 'build',
  on: 'success',
  userCode: true,
  countsAsFailure: true,
  afterCancel: false,
  action: { do: 'script', script },
});
