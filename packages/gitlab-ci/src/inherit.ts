import { suggestionHint } from '@millrace/config';
import { getEntry, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { defaultKeys, globalDefaultKeys, topLevelKeys } from './job-keys.ts';
import { readMap, readStrings } from './read-values.ts';

/** What jobs take over when they have nothing of their own: `default:`, or the same keys at the top level. */
export function readDefaults(root: CiMap, findings: Findings): ReadonlyMap<string, CiNode> {
  const node = getEntry(root, 'default');
  const map = node === undefined ? undefined : readMap(node, findings);
  const defaults = new Map<string, CiNode>();
  if (map !== undefined) {
    findings.onlyKeys(map, defaultKeys);
    for (const key of map.entries.keys()) put(defaults, key, getEntry(map, key));
  }
  for (const key of globalDefaultKeys) {
    const value = getEntry(root, key);
    if (value !== undefined && defaults.has(key))
      findings.error(value, `${key} is also written below default`, 'keep the one below default');
    put(defaults, key, value);
  }
  return defaults;
}

/** What a job lets in of defaults or global variables, by its `inherit:`. */
export type Admits = (name: string) => boolean;

/** Reads `inherit:`: true, false, or a list of names, for `default` and `variables`. */
export function readInherit(
  job: CiMap,
  findings: Findings,
): { readonly defaults: Admits; readonly variables: Admits } {
  const node = getEntry(job, 'inherit');
  const map = node === undefined ? undefined : readMap(node, findings);
  if (map !== undefined) findings.onlyKeys(map, ['default', 'variables']);
  const admits = (key: string): Admits => {
    const entry = map === undefined ? undefined : getEntry(map, key);
    if (entry === undefined) return () => true;
    if (entry.kind === 'scalar' && typeof entry.value === 'boolean') {
      const all = entry.value;
      return () => all;
    }
    const names = new Set(readStrings(entry, findings));
    return (name) => names.has(name);
  };
  return { defaults: admits('default'), variables: admits('variables') };
}

/** The job with the defaults it admits; its own keys are never merged with them. */
export function withDefaults(
  job: CiMap,
  defaults: ReadonlyMap<string, CiNode>,
  admits: Admits,
): CiMap {
  const entries = new Map(job.entries);
  for (const [key, node] of defaults) {
    if (getEntry(job, key) === undefined && admits(key)) entries.set(key, node);
  }
  return { ...job, entries };
}

/** Top-level keys that are neither jobs nor known: a job is a mapping. */
export function checkTopLevel(root: CiMap, findings: Findings): void {
  for (const [key, node] of root.entries) {
    if (topLevelKeys.includes(key) || key.startsWith('.') || node.kind === 'map') continue;
    const hint = suggestionHint(key, topLevelKeys).hint ?? 'a job is a mapping with a script';
    findings.error(node, 'this is neither a job nor a known key', hint);
  }
}

function put(defaults: Map<string, CiNode>, key: string, node: CiNode | undefined): void {
  if (node !== undefined) defaults.set(key, node);
}
