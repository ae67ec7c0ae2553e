import type { ContainerRequest, ContainerSelector, Unit } from '@millrace/core';
import { RunnerError } from '@millrace/core';
import { compareText } from './json-value.ts';

/** A container of the pod and where the final manifest has it. */
export interface PlacedContainer {
  readonly request: ContainerRequest;
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

/**
 * Containers in the order of the manifest: by rank, then by name, those that run before the others apart.
 * @throws RunnerError `MILLRACE_E_CONTAINER_TWICE` when two have one name
 */
export function placeContainers(unit: Unit): readonly PlacedContainer[] {
  const sorted = unit.containers.toSorted(
    (left, right) => left.rank - right.rank || compareText(left.name, right.name),
  );
  const seen = new Set<string>();
  for (const { name } of sorted) {
    if (seen.has(name)) throw containerTwice(unit, name);
    seen.add(name);
  }
  return [
    ...place(
      sorted.filter(({ init }) => init),
      'initContainers',
    ),
    ...place(
      sorted.filter(({ init }) => !init),
      'containers',
    ),
  ];
}

/** Whether a selector chooses a container; absent members choose all. */
export function selects(selector: ContainerSelector, container: ContainerRequest): boolean {
  return (
    (selector.role === undefined || selector.role.includes(container.role)) &&
    (selector.name === undefined || selector.name.includes(container.name))
  );
}

function place(
  containers: readonly ContainerRequest[],
  list: PlacedContainer['list'],
): readonly PlacedContainer[] {
  return containers.map((request, index) => ({ request, list, index }));
}

function containerTwice(unit: Unit, name: string): RunnerError {
  return new RunnerError(`unit ${unit.id} has two containers named "${name}"`, {
    code: 'MILLRACE_E_CONTAINER_TWICE',
    kind: 'config',
    blame: name,
    hint: 'Names of containers, also of services and sidecars, are unique in a pod: rename one of them.',
  });
}
