import { expect, it } from 'vitest';
import { parseGoInteger } from './go-integer.ts';

it.each([
  ['0', 0],
  ['-0', 0],
  ['20', 20],
  ['+20', 20],
  ['-20', -20],
  ['0x1F', 31],
  ['-0x10', -16],
  ['0b101', 5],
  ['0o17', 15],
  ['017', 15],
  ['1_000', 1000],
  ['0_7', 7],
  ['9223372036854775807', 2 ** 63],
])('%s is %d', (text, value) => {
  expect(parseGoInteger(text)).toBe(value);
});

it.each([
  '',
  '-',
  '08',
  '1.0',
  '1e3',
  ' 1',
  '1\n',
  '1__0',
  '_1',
  '1_',
  '0x',
  '20s',
  '9223372036854775808',
])('%j is none', (text) => {
  expect(parseGoInteger(text)).toBeUndefined();
});
