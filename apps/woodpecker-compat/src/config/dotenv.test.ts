import { expect, it } from 'vitest';
import { parseDotenv } from './dotenv.ts';

it.each([
  ['names and values, line by line', 'A=1\nB = two words \n', { A: '1', B: 'two words' }],
  ['nothing', '', {}],
  ['an empty value', 'A=\nB=1', { A: '', B: '1' }],
  ['remarks and empty lines', '# first\n\n  # second\nA=1 # third', { A: '1' }],
  ['a hash inside a value', 'A=abc#def', { A: 'abc#def' }],
  ['export, and a colon for the equals sign', 'export A=1\nB: 2', { A: '1', B: '2' }],
  ['lines of Windows', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['single quotes, as they stand', `A='$HOME # \\n'`, { A: '$HOME # \\n' }],
  ['double quotes over lines', 'A="x\ny\\nz \\"q\\" #"\nB=1', { A: 'x\ny\nz "q" #', B: '1' }],
  ['variables from above', 'A=1\nB=$A/${A}', { A: '1', B: '1/1' }],
  ['variables of the process', 'A="$OUTER-${NONE}"', { A: 'of-the-process-' }],
  ['a dollar that is none', 'A=\\$OUTER\nB=a$', { A: '$OUTER', B: 'a$' }],
  ['the last of a name', 'A=1\nA=2', { A: '2' }],
])('reads %s', (_what, text, values) => {
  expect(parseDotenv(text, { OUTER: 'of-the-process' })).toEqual({ values });
});

it.each([
  ['a line without a value', 'A=1\nno value\n', { fault: 'it is no NAME=value', line: 2 }],
  ['a name that is none', '# x\n\nA-B=1', { fault: 'it is no NAME=value', line: 3 }],
  ['quotes that do not end', 'A=1\nB="x\nC=2', { fault: 'its quotes do not end', line: 2 }],
])('tells %s by its line', (_what, text, told) => {
  expect(parseDotenv(text, {})).toEqual(told);
});
