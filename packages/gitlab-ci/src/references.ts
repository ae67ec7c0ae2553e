import type { CiMap, CiNode, CiReference } from './ci-node.ts';
import type { Findings } from './findings.ts';

/** GitLab: `!reference` may lead to other references ten times. */
const maxLevels = 10;
/** More than any job has; references to references multiply quickly. */
const maxReferences = 10_000;

/**
 * Replaces every `!reference [job, key, …]` inside a mapping by what it names in `root`, after `extends` as GitLab does.
 * A reference inside a list gives a nested list. What cannot be found stays as it is, with a finding.
 */
export function resolveReferences(map: CiMap, root: CiMap, findings: Findings): CiMap {
  const resolveMap = (current: CiMap, trail: readonly string[]): CiMap => ({
    ...current,
    entries: new Map(
      [...current.entries].map(([key, item]) => [key, resolve(item, trail)] as const),
    ),
  });

  const resolve = (current: CiNode, trail: readonly string[]): CiNode => {
    switch (current.kind) {
      case 'scalar':
        return current;
      case 'list':
        return { ...current, items: current.items.map((item) => resolve(item, trail)) };
      case 'map':
        return resolveMap(current, trail);
      case 'reference':
        return follow(current, trail);
    }
  };

  let followed = 0;
  const follow = (reference: CiReference, trail: readonly string[]): CiNode => {
    const name = `[${reference.keys.join(', ')}]`;
    const way = [...trail, name];
    followed += 1;
    if (followed > maxReferences) {
      if (followed === maxReferences + 1) {
        findings.error(
          reference,
          `more than ${maxReferences} references in one job`,
          'use fewer references to references',
        );
      }
      return { ...reference, kind: 'list', items: [] };
    }
    if (trail.includes(name)) {
      findings.error(
        reference,
        `!reference goes in a circle: ${way.slice(way.indexOf(name)).join(' -> ')}`,
        'remove one of them',
      );
    } else if (trail.length >= maxLevels) {
      findings.error(
        reference,
        `!reference is nested deeper than ${maxLevels} levels: ${way.join(' -> ')}`,
        'refer to the last one directly',
      );
    } else {
      const target = find(reference, root);
      if (target !== undefined) return resolve(target, way);
      findings.error(
        reference,
        `!reference ${name} names nothing in this file`,
        'check the job and key; both must be written or extended here',
      );
    }
    return reference;
  };

  return resolveMap(map, []);
}

function find(reference: CiReference, root: CiMap): CiNode | undefined {
  let current: CiNode | undefined = reference.keys.length === 0 ? undefined : root;
  for (const key of reference.keys)
    current = current?.kind === 'map' ? current.entries.get(key) : undefined;
  return current;
}
