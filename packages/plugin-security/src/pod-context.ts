import type { JsonValue, PodContribution, Settings } from '@millrace/core';
import { checkedFields } from './checked-fields.ts';
import type { SecuritySettings } from './settings.ts';

const scalars = [
  'fsGroup',
  'fsGroupChangePolicy',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'supplementalGroupsPolicy',
] as const;
const lists = ['supplementalGroups', 'sysctls'] as const;

/** The pod's own security context; none when nothing is set. */
export function podContext({
  value: { pod, hostUsers, badProfiles },
  source,
}: Settings<SecuritySettings>): readonly PodContribution[] {
  const set = (path: string, value: JsonValue | undefined): readonly PodContribution[] =>
    value === undefined
      ? []
      : [
          {
            kind: 'field',
            path: `/spec/securityContext/${path}`,
            op: 'set',
            value,
            source: source(['pod', path]),
          },
        ];
  return [
    ...(hostUsers === undefined
      ? []
      : [
          {
            kind: 'field' as const,
            path: '/spec/hostUsers',
            op: 'set' as const,
            value: hostUsers,
            source: source(['hostUsers']),
          },
        ]),
    ...scalars.flatMap((field) => set(field, pod[field])),
    ...lists.flatMap((field) => (pod[field].length === 0 ? [] : set(field, pod[field]))),
    ...checkedFields(pod, badProfiles, (field) => source(['pod', field])).flatMap(
      ([field, { value, warning }]) => [
        ...set(field, value),
        ...(warning === undefined ? [] : [warning]),
      ],
    ),
  ];
}
