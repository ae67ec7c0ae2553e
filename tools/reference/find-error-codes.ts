import { globSync } from 'node:fs';
import { statusTable } from '../../packages/kube/src/transport/status-table.ts';
import { repoRoot } from '../repo/workspace.ts';
import { readSource } from './source-comments.ts';

/** A code with the places that make errors of it, as far as they can be seen without running them. */
export interface ErrorCode {
  readonly code: string;
  readonly packages: readonly string[];
  readonly kinds: readonly string[];
}

/** Errors made from this table have codes that no literal in the sources spells out. */
const statusTableFile = 'packages/kube/src/transport/status-table.ts';

interface Sighting {
  readonly code: string;
  readonly package: string;
  readonly kind: string | undefined;
}

/** Every code that sources make errors of, by name. */
export function findErrorCodes(): readonly ErrorCode[] {
  const byCode = Map.groupBy(sightings(), ({ code }) => code);
  return [...byCode]
    .map(([code, seen]) => ({
      code,
      packages: distinct(seen.map((each) => each.package)),
      kinds: distinct(seen.flatMap(({ kind }) => kind ?? [])),
    }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

/** Every code that sources mention, comments included. */
export const mentionedCodes = (): readonly string[] =>
  distinct(
    sourceFiles().flatMap((file) => readSource(file).match(/MILLRACE_E_[A-Z0-9_]+[A-Z0-9]/g) ?? []),
  );

/** Places that build a code at run time, which nobody could look up; the table is known. */
export const builtCodes = (): readonly string[] =>
  sourceFiles().filter(
    (file) => file !== statusTableFile && /MILLRACE_E_\$\{(?!string\})/.test(readSource(file)),
  );

function sightings(): readonly Sighting[] {
  const fromTable = statusTable.map(({ code, kind }) => ({ code, kind, package: 'kube' }));
  return [...sourceFiles().flatMap(sightingsIn), ...fromTable];
}

/** Codes given to an error; comparisons and types do not count. */
function sightingsIn(file: string): readonly Sighting[] {
  const text = readSource(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const given =
    /(?<!readonly )(\bcode: (?:[^,'\n]*\?\? )?|[(,] |\(|[^=]= )'(MILLRACE_E_\w+)'([^}]*)/g;
  return [...text.matchAll(given)].map(([, before = '', code = '', after = '']) => ({
    code,
    package: file.split('/')[1] ?? '',
    // Where a code is handed to a function, the function is that of configuration problems.
    kind: before.startsWith('code') ? kindIn(after) : 'config',
  }));
}

const kindIn = (fields: string): string | undefined =>
  /\bkind: (?:[^,'\n]*\?\? )?'(\w+)'/.exec(fields)?.[1];

const sourceFiles = (): readonly string[] =>
  globSync('{packages,apps}/*/src/**/*.ts', { cwd: repoRoot })
    .filter((file) => !/\.test\.(?:\w+\.)?ts$/.test(file))
    .toSorted();

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted();
