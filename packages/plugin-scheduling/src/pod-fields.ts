import type { FieldContribution, Settings } from '@millrace/core';
import { formatPointer } from '@millrace/kube-objects';
import { affinityContributions } from './affinity.ts';
import type { SchedulingSettings } from './settings.ts';
import { tolerationContributions } from './tolerations.ts';

/** Everything in a pod that says where it may run and who puts it there. */
export function schedulingContributions(
  settings: Settings<SchedulingSettings>,
): readonly FieldContribution[] {
  const { nodeSelector, defaultNodeSelector, schedulerName, priorityClassName, runtimeClassName } =
    settings.value;
  const set = (
    path: readonly string[],
    value: string | undefined,
    setting: readonly string[] = path,
  ): readonly FieldContribution[] =>
    value === undefined
      ? []
      : [
          {
            kind: 'field',
            path: formatPointer(['spec', ...path]),
            op: 'set',
            value,
            source: settings.source(setting),
          },
        ];
  return [
    ...Object.entries(defaultNodeSelector)
      .filter(([label]) => !Object.hasOwn(nodeSelector, label))
      .flatMap(([label, value]) =>
        set(['nodeSelector', label], value, ['defaultNodeSelector', label]),
      ),
    ...Object.entries(nodeSelector).flatMap(([label, value]) =>
      set(['nodeSelector', label], value),
    ),
    ...tolerationContributions(settings),
    ...affinityContributions(settings),
    ...set(['schedulerName'], schedulerName === '' ? undefined : schedulerName),
    ...set(['priorityClassName'], priorityClassName === '' ? undefined : priorityClassName),
    ...set(['runtimeClassName'], runtimeClassName),
  ];
}
