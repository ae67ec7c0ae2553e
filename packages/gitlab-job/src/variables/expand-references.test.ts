import { expect, it } from 'vitest';
import { expandReferences } from './expand-references.ts';

const values: Readonly<Record<string, string>> = { A: 'one', B: '$A', 'A:-def': 'never', '1': 'x' };

it.each([
  ['a name ends at the first other character', '$A-$A.txt', 'one-one.txt'],
  ['braces delimit a name', '${A}b', 'oneb'],
  ['values are not expanded again', '$B', '$A'],
  ['unknown names are empty', '[$NOPE][${NOPE}]', '[][]'],
  ['two dollars are one', '$$A $$', '$A $'],
  ['special names of the shell are empty', '$1$@$*$#$!$?$-${0}|', '|'],
  ['only one digit belongs to a special name', '$12', '2'],
  ['a default in braces is part of the name', '${A:-def}', 'never'],
  ['braces without an end vanish', 'a${A', 'aA'],
  ['empty braces vanish', 'a${}b', 'ab'],
  ['a dollar before anything else stays', 'a$ b$(c) d$', 'a$ b$(c) d$'],
  ['percent signs mean nothing', '%A%', '%A%'],
])('%s', (_behaviour, text, expected) => {
  expect(expandReferences(text, (name) => values[name])).toBe(expected);
});
