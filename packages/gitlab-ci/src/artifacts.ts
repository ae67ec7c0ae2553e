import { getEntry, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readBoolean, readChoice, readMap, readString, readStrings } from './read-values.ts';

/** The archive a job leaves, as a runner receives it. */
export type CiArtifacts = {
  readonly name?: string;
  readonly untracked: false;
  readonly paths: readonly string[];
  readonly exclude?: readonly string[];
  readonly when: 'on_success' | 'on_failure' | 'always';
  readonly expire_in?: string;
  readonly artifact_type: 'archive';
  readonly artifact_format: 'zip';
};

/** `expose_as`, `public` and `access` concern GitLab's pages only. */
const keys = [
  'paths',
  'exclude',
  'name',
  'when',
  'expire_in',
  'untracked',
  'reports',
  'expose_as',
  'public',
  'access',
];

/** @returns `undefined` when nothing is kept */
export function readArtifacts(node: CiNode, findings: Findings): CiArtifacts | undefined {
  const map = readMap(node, findings);
  if (map === undefined) return undefined;
  findings.onlyKeys(map, keys);
  const untracked = getEntry(map, 'untracked');
  if (untracked !== undefined && readBoolean(untracked, findings) === true) {
    findings.warning(
      untracked,
      'untracked files are not kept by local runs',
      'list what later jobs need under paths',
    );
  }
  const reports = getEntry(map, 'reports');
  if (reports !== undefined)
    findings.warning(
      reports,
      'reports are not read by local runs',
      'list the files under paths to keep them',
    );
  const strings = (key: string): readonly string[] | undefined => {
    const entry = getEntry(map, key);
    return entry === undefined ? undefined : readStrings(entry, findings);
  };
  const text = (key: string): string | undefined => {
    const entry = getEntry(map, key);
    return entry === undefined ? undefined : readString(entry, findings);
  };
  const whenNode = getEntry(map, 'when');
  const when =
    whenNode === undefined
      ? undefined
      : readChoice(whenNode, ['on_success', 'on_failure', 'always'] as const, findings);
  const paths = strings('paths');
  const exclude = strings('exclude');
  const name = text('name');
  const expireIn = text('expire_in');
  if (paths === undefined || paths.length === 0) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    untracked: false,
    paths,
    ...(exclude === undefined ? {} : { exclude }),
    when: when ?? 'on_success',
    ...(expireIn === undefined ? {} : { expire_in: expireIn }),
    artifact_type: 'archive',
    artifact_format: 'zip',
  };
}
