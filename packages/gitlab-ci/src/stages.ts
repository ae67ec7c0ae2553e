import { getEntry, type CiMap } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readStrings } from './read-values.ts';

/** GitLab: what a file without `stages` has. */
const usual = ['build', 'test', 'deploy'];

/** The stages in order; `.pre` and `.post` are always there, whether written or not. */
export function readStages(root: CiMap, findings: Findings): readonly string[] {
  const node = getEntry(root, 'stages');
  const written = node === undefined ? usual : (readStrings(node, findings) ?? usual);
  const between = written.filter((stage) => stage !== '.pre' && stage !== '.post');
  return ['.pre', ...new Set(between), '.post'];
}
