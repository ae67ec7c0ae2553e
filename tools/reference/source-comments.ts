import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../repo/workspace.ts';

/** Text of a file of the checkout. */
export const readSource = (file: string): string => readFileSync(join(repoRoot, file), 'utf8');

/** Words of a documentation comment between its stars, links as code. */
function commentText(comment: string): string {
  return comment
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Text of a declaration's body: from the name to the first line that is `end`. */
export function declaration(source: string, start: string, end: string): string {
  const from = source.indexOf(start);
  const to = source.indexOf(`\n${end}`, from);
  if (from === -1 || to === -1) throw new Error(`"${start} … ${end}" is not in the source`);
  return source.slice(from + start.length, to);
}

/** A member with the comment before it; `undefined` without one. */
export interface Member {
  readonly name: string;
  readonly doc: string | undefined;
  /** What the pattern's second group matched. */
  readonly rest: string;
}

/** Members of a declaration. `pattern` matches one: its name is group 1. */
export function members(body: string, pattern: RegExp): readonly Member[] {
  const commented = new RegExp(
    String.raw`(?:/\*\*((?:[^*]|\*(?!/))*)\*/\s*)?${pattern.source}`,
    'g',
  );
  return [...body.matchAll(commented)].map(([, comment, name = '', rest = '']) => ({
    name,
    doc: comment === undefined ? undefined : commentText(comment),
    rest,
  }));
}
