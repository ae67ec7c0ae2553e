import { expect, it } from 'vitest';
import { createCrashBackoff, goDuration } from './crash-backoff.ts';

it('doubles up to five minutes and starts anew after ten good minutes', () => {
  const backoff = createCrashBackoff();
  const waits = Array.from({ length: 8 }, () => backoff.next(1000) / 1000);
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  expect([backoff.next(600_000), backoff.next(0)]).toEqual([0, 10_000]);
});

it.each([
  [10_000, '10s'],
  [80_000, '1m20s'],
  [300_000, '5m0s'],
])('prints %i ms as %s', (milliseconds, text) => {
  expect(goDuration(milliseconds)).toBe(text);
});
