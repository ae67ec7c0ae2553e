import type { FieldContribution, Settings } from '@millrace/core';
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
            path: ['/spec', ...path.map(escapeSegment)].join('/'),
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

/** A label's key in a JSON pointer. */
const escapeSegment = (segment: string): string =>
  segment.replaceAll('~', '~0').replaceAll('/', '~1');
