import type { ContainerRequest, PodContribution, Settings } from '@millrace/core';
import { variableResources } from './container-variables.ts';
import { badQuantities, resourceFields } from './resource-lists.ts';
import type { ResourceRule, ResourcesSettings } from './settings.ts';

/** Resources of every container and of the pod. */
export function podResources(
  containers: readonly ContainerRequest[],
  settings: Settings<ResourcesSettings>,
): readonly PodContribution[] {
  const {
    value: { rules, pod, sendEmpty },
    source,
  } = settings;
  const podPlace = { scope: 'pod', path: ['pod'], lists: pod };
  return [
    ...(sendEmpty ? emptyResources : []),
    ...Object.entries(rules).flatMap(([name, rule]) => {
      const place = { scope: name, path: ['rules', name], lists: rule };
      return [
        ...badQuantities(place, settings),
        ...ordered(containers, rule).flatMap((container) => {
          const { contributions, replaced } = variableResources(name, rule, container, source);
          const on = { name: [container.name] };
          return [...resourceFields({ ...place, except: replaced }, on, source), ...contributions];
        }),
      ];
    }),
    ...badQuantities(podPlace, settings),
    ...resourceFields(podPlace, undefined, source),
  ];
}

const emptyResources: readonly PodContribution[] = ['/spec/resources', '/resources'].map(
  (path) => ({
    kind: 'field',
    ...(path === '/resources' ? { on: {} } : {}),
    path,
    op: 'set',
    value: {},
    source: { plugin: '@millrace/plugin-resources' },
  }),
);

/** A rule's containers in the order of the pod, for messages that are the same each time. */
function ordered(
  containers: readonly ContainerRequest[],
  { roles, containers: names }: ResourceRule,
): readonly ContainerRequest[] {
  return containers
    .filter(
      ({ role, name }) =>
        (roles === undefined || roles.includes(role)) &&
        (names === undefined || names.includes(name)),
    )
    .toSorted((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}
