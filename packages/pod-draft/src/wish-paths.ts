import type { RunnerError } from '@millrace/core';
import { formatPointer, parsePointer } from '@millrace/kube-objects';
import { badContribution } from './bad-contribution.ts';
import type { PodWish } from './claim.ts';
import { leavesOf } from './draft.ts';
import { isObject, isPlaceholder } from './json-value.ts';

/** Fields that contributions cannot reach, and what to do instead. */
const reserved: readonly { readonly path: readonly string[]; readonly hint: string }[] = [
  ...['containers', 'initContainers', 'ephemeralContainers'].map((list) => ({
    path: ['spec', list],
    hint: 'Containers are added in planUnits; their fields are reached with `on`.',
  })),
  { path: ['metadata', 'name'], hint: "The pod's name is the unit's podName, see planUnits." },
];

/**
 * The path of a wish, from the Pod or its containers.
 * @throws RunnerError `MILLRACE_E_BAD_CONTRIBUTION` when it is no JSON pointer, reaches what contributions cannot, or
 * does not fit its operation
 */
export function wishPath(wish: PodWish): readonly string[] {
  const { contribution, plugin } = wish;
  const path = parsePointer(contribution.path);
  if (path === undefined) {
    throw badContribution(
      plugin,
      `"${contribution.path}" is not a JSON pointer`,
      'A path starts with "/": /spec/nodeSelector.',
    );
  }
  const what = `${contribution.op} at "${contribution.path}"`;
  if (
    contribution.op === 'merge' &&
    (!isObject(contribution.value) || isPlaceholder(contribution.value))
  ) {
    throw badContribution(plugin, `${what} needs an object`, 'Use `set` for other values.');
  }
  const leaves =
    contribution.op === 'append'
      ? [{ path, value: contribution.value }]
      : leavesOf(contribution.value, path);
  for (const leaf of leaves) refuseReserved(wish, leaf.path);
  return path;
}

function refuseReserved({ contribution, plugin }: PodWish, path: readonly string[]): void {
  const refuse = (hint: string): RunnerError =>
    badContribution(plugin, `${formatPointer(path) || 'the whole'} cannot be contributed`, hint);
  if (contribution.on !== undefined) {
    if (path.length === 0) throw refuse('Name a field of the container.');
    if (path[0] === 'name') throw refuse('Containers are named in planUnits.');
    return;
  }
  if (path.length < 2 || !(path[0] === 'metadata' || path[0] === 'spec')) {
    throw refuse('Contributions are for fields below /metadata and /spec.');
  }
  const hit = reserved.find((entry) =>
    entry.path.every((segment, index) => segment === path[index]),
  );
  if (hit !== undefined) throw refuse(hit.hint);
}
