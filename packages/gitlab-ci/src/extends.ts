import { suggestionHint } from '@millrace/config';
import { getEntry, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readStringOrStrings } from './read-values.ts';

/** GitLab: eleven levels of inheritance. */
const maxLevels = 11;

interface Extended {
  readonly map: CiMap;
  /** How many levels of bases are below. */
  readonly levels: number;
  /** A base is missing, here or below. */
  readonly isBroken: boolean;
}

/**
 * Resolves `extends` of every top-level mapping: mappings merge key by key at every depth, anything else is replaced,
 * of several bases the later wins, the job itself wins over all. Circles and unknown names
 * are findings; what is built on them is marked as broken, so that nobody complains about what is missing there.
 */
export function resolveExtends(
  root: CiMap,
  findings: Findings,
): { readonly root: CiMap; readonly isBroken: (name: string) => boolean } {
  const done = new Map<string, Extended>();

  const resolve = (name: string, map: CiMap, trail: readonly string[]): Extended => {
    const finished = done.get(name);
    if (finished !== undefined) return finished;
    const extension = getEntry(map, 'extends');
    const wanted = extension === undefined ? [] : resolveBases(extension, [...trail, name]);
    const bases = wanted.filter((base) => base !== undefined);
    const isBroken = bases.length < wanted.length || bases.some((base) => base.isBroken);
    const layers = [...bases.map((base) => base.map), without(map, 'extends')];
    const levels = Math.max(0, ...bases.map((base) => base.levels + 1));
    if (extension !== undefined && levels > maxLevels) {
      findings.error(
        extension,
        `extends is nested deeper than ${maxLevels} levels`,
        'merge some of the templates',
      );
    }
    const extended = {
      map: { ...layers.reduce(deepMerge), path: map.path, position: map.position },
      levels,
      isBroken,
    };
    done.set(name, extended);
    return extended;
  };

  const resolveBases = (
    extension: CiNode,
    trail: readonly string[],
  ): readonly (Extended | undefined)[] =>
    (readStringOrStrings(extension, findings) ?? [undefined]).map((base) => {
      if (base === undefined) return undefined;
      const node = root.entries.get(base);
      if (trail.includes(base)) {
        const circle = [...trail.slice(trail.indexOf(base)), base].join(' -> ');
        findings.error(extension, `extends goes in a circle: ${circle}`, 'remove one of them');
        return undefined;
      }
      if (node?.kind === 'map') return resolve(base, node, trail);
      const problem =
        node === undefined ? 'there is no such job or template' : 'it is not a mapping';
      findings.error(
        extension,
        `cannot extend "${base}": ${problem}`,
        suggestionHint(base, root.entries.keys()).hint,
      );
      return undefined;
    });

  const entries = [...root.entries].map(
    ([name, node]) => [name, node.kind === 'map' ? resolve(name, node, []).map : node] as const,
  );
  return {
    root: { ...root, entries: new Map(entries) },
    isBroken: (name) => done.get(name)?.isBroken ?? false,
  };
}

/** The place is the overriding side's: that is the line its author would change. */
function deepMerge(base: CiMap, over: CiMap): CiMap {
  const entries = new Map(base.entries);
  for (const [key, node] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below?.kind === 'map' && node.kind === 'map' ? deepMerge(below, node) : node);
  }
  return { ...over, entries };
}

function without(map: CiMap, key: string): CiMap {
  return { ...map, entries: new Map([...map.entries].filter(([name]) => name !== key)) };
}
