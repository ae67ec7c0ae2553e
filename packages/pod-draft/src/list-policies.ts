import type { ListPolicy } from '@millrace/core';
import { fieldAt, parsePointer } from '@millrace/kube-objects';

/** The policy of a list, by the key-addressed path from the Pod; `*` stands for a container or a list element. */
export type ListPolicies = (path: readonly string[]) => ListPolicy;

/**
 * Lists that the API merges by one key although elements with that key may differ: a port number may serve two
 * protocols, a topology key may have a hard and a soft constraint.
 */
const ambiguousKeys: ReadonlySet<string> = new Set(['ports', 'topologySpreadConstraints']);

/**
 * Policies of a pod's lists: those of the API's strategic merge, `ordered` for lists without a merge key, and before both
 * the overrides, by pointer patterns in which `*` stands for any one segment.
 * `/spec/containers/*` is any container, also one that runs before the others; a pattern of
 * `/spec/initContainers/*` counts for those alone. Of two patterns that match, the one with fewer `*` counts.
 */
export function podListPolicies(
  overrides: Readonly<Record<string, ListPolicy>> = {},
): ListPolicies {
  const patterns = Object.entries(overrides)
    .map(([pointer, policy]) => ({ segments: parsePointer(pointer) ?? [], policy }))
    .toSorted((left, right) => wildcards(left.segments) - wildcards(right.segments));
  const find = (path: readonly string[]): ListPolicy | undefined =>
    patterns.find(({ segments }) => matches(segments, path))?.policy;
  return (path) => find(path) ?? find(asContainer(path)) ?? apiPolicy(path);
}

function apiPolicy(path: readonly string[]): ListPolicy {
  const field = fieldAt('Pod', path);
  if (field?.merge !== true || ambiguousKeys.has(path.at(-1) ?? '')) return { policy: 'ordered' };
  return field.key === undefined ? { policy: 'set' } : { policy: 'keyed', key: field.key };
}

/** The path of the same field in an ordinary container, for a field of an init container. */
function asContainer(path: readonly string[]): readonly string[] {
  return path[0] === 'spec' && path[1] === 'initContainers'
    ? ['spec', 'containers', ...path.slice(2)]
    : path;
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => segment === '*' || segment === path[index])
  );
}

function wildcards(pattern: readonly string[]): number {
  return pattern.filter((segment) => segment === '*').length;
}
