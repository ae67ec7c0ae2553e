import { expect, it } from 'vitest';
import { expandVariables } from './expand-variables.ts';

it.each([
  ['$(A) and $(A)', '1 and 1'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$1'],
  ['$(NONE)', '$(NONE)'],
  ['$A ${A} $', '$A ${A} $'],
  ['$(A', '$(A'],
  ['$(toString)', '$(toString)'],
])('expands %s to %s', (text, expected) => {
  expect(expandVariables(text, { A: '1' })).toBe(expected);
});
