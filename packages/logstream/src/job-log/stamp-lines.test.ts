import { expect, it } from 'vitest';
import { seededNumbers, testSeed } from '../seeded-numbers.test.helper.ts';
import { stampLines } from './stamp-lines.ts';

const stamped = (text: string, first: string, header: string): string =>
  Buffer.from(stampLines(Buffer.from(text), Buffer.from(first), Buffer.from(header))).toString();

it.each([
  ['one line', 'a\n', '1:a\n'],
  ['several', 'a\nb\nc\n', '1:a\n2:b\n2:c\n'],
  ['empty ones', '\n\n\n', '1:\n2:\n2:\n'],
  [
    'bytes that look like newlines to a careless eye',
    '\u000B\u000A\u000B\u008A\n',
    '1:\u000B\n2:\u000B\u008A\n',
  ],
])('stamps %s', (_what, text, expected) => {
  expect(stamped(text, '1:', '2:')).toBe(expected);
});

it('stamps lines of any length, and any number of them', () => {
  const seed = testSeed(process.env);
  const numbers = seededNumbers(seed);
  for (let round = 0; round < 500; round++) {
    const longest = 1 + numbers(40);
    const lines = Array.from({ length: 1 + numbers(60) }, () =>
      // Neighbours of a newline, which a careless search takes for one.
      Array.from({ length: numbers(longest) }, () => 'x\u000B\u0009\u008A'[numbers(4)]).join(''),
    );
    const expected = lines.map((line, at) => `${at === 0 ? '>>' : '[header]'}${line}\n`).join('');
    const given = stamped(`${lines.join('\n')}\n`, '>>', '[header]');
    expect({ seed, round, given }).toEqual({ seed, round, given: expected });
  }
});
