import { expect, it } from 'vitest';
import { secretValues } from './secret-values.ts';

it.each([
  ['have no white space around them', [' a b\t', '\r\nc\n'], ['a b', 'c']],
  ['may have several lines', ['a\nb\n'], ['a\nb']],
  ['are there once', ['a', ' a', 'a'], ['a']],
  ['are not empty', ['', ' \n'], []],
  ['may be short', ['x'], ['x']],
  ['lose what Go takes for white space', ['\u0085\u2003a\u3000'], ['a']],
  ['keep what Go does not take for white space', ['\uFEFFa\u200B'], ['\uFEFFa\u200B']],
])('secret values %s', (_behaviour, values, expected) => {
  expect(secretValues(values)).toEqual(expected);
});
