import { describe, expect, it } from 'vitest';
import { formatGoDuration, parseGoDuration } from './go-duration.ts';

describe('parseGoDuration', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['300s', 300_000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['1.s', 1000],
    ['2h45m30.5s', 9_930_500],
    ['300ms', 300],
    ['10us', 0.01],
    ['10µs', 0.01],
    ['1ns', 0.000_001],
    ['-1m', -60_000],
    ['+5s', 5000],
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    [5_000_000_000, 5000],
    [0, 0],
  ])('reads %j as %d ms', (value, expected) => {
    expect(parseGoDuration(value)).toBe(expected);
  });

  it.each(['', '-', '5', '1.5', 'h', '1 h', '1d', '1h ', '1h30', 'x1h', '1H', 1.5, Number.NaN])(
    'refuses %j',
    (value) => {
      expect(parseGoDuration(value)).toBeUndefined();
    },
  );
});

describe('formatGoDuration', () => {
  it.each([
    [0, '0s'],
    [0.000_001, '1ns'],
    [0.0015, '1.5µs'],
    [250, '250ms'],
    [1500, '1.5s'],
    [60_000, '1m0s'],
    [3_600_000, '1h0m0s'],
    [5_430_500, '1h30m30.5s'],
    [-90_000, '-1m30s'],
  ])('prints %d ms as %s', (milliseconds, expected) => {
    expect(formatGoDuration(milliseconds)).toBe(expected);
    expect(parseGoDuration(expected)).toBe(milliseconds);
  });
});
