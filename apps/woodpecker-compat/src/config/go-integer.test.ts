import { expect, it } from 'vitest';
import { parseGoInteger } from './go-integer.ts';

it.each([
  ['0', 0],
  ['-0', 0],
  ['42', 42],
  ['+42', 42],
  ['-42', -42],
  ['1_000', 1000],
  ['0x1F', 31],
  ['-0x1f', -31],
  ['0b11', 3],
  ['0o17', 15],
  ['017', 15],
  ['00', 0],
])('reads %j as %d', (text, value) => {
  expect(parseGoInteger(text)).toBe(value);
});

it.each(['', '-', '08', '1.5', '1e3', '20s', ' 1', '1_', '0x', '99999999999999999999'])(
  'refuses %j',
  (text) => {
    expect(parseGoInteger(text)).toBeUndefined();
  },
);
