import { expect, it } from 'vitest';
import { parseGoBool } from './go-bool.ts';

it.each([
  ['1', true],
  ['t', true],
  ['T', true],
  ['TRUE', true],
  ['true', true],
  ['True', true],
  ['0', false],
  ['f', false],
  ['F', false],
  ['FALSE', false],
  ['false', false],
  ['False', false],
  ['tRUE', undefined],
  ['yes', undefined],
  ['on', undefined],
  [' true', undefined],
  ['', undefined],
])('reads %j as %s', (text, expected) => {
  expect(parseGoBool(text)).toBe(expected);
});
