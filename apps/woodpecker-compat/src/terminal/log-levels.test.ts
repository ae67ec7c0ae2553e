import { expect, it } from 'vitest';
import { parseLogLevel } from './log-levels.ts';

it.each([
  ['', 'info'],
  ['debug', 'debug'],
  ['WARN', 'warn'],
  ['disabled', 'disabled'],
  ['-1', 'trace'],
  ['0', 'debug'],
  ['5', 'panic'],
  ['6', 'disabled'],
  ['7', 'disabled'],
  ['-100', 'trace'],
])('reads %j as %s', (text, level) => {
  expect(parseLogLevel(text)).toBe(level);
});

it.each(['warning', 'loud', '128', '-129', '1.5', ' info'])('refuses %j', (text) => {
  expect(parseLogLevel(text)).toBeUndefined();
});
