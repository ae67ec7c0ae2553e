import { expect, it } from 'vitest';
import { parseCiDuration } from './timeout.ts';

it.each([
  ['1h 30m', 5400],
  ['1h30m', 5400],
  ['10 minutes', 600],
  ['2 hours and 5 min', 7500],
  ['1 day, 2 hrs', 93_600],
  ['1.5 hours', 5400],
  ['3 weeks', 1_814_400],
  ['90', 90],
  ['1 Minute', 60],
  ['45 secs', 45],
])('reads %j as %d seconds', (text, seconds) => {
  expect(parseCiDuration(text)).toBe(seconds);
});

it.each(['', 'soon', '10 apples', 'h', '10 minutes later', '-5m', '1:30'])('refuses %j', (text) => {
  expect(parseCiDuration(text)).toBeUndefined();
});
