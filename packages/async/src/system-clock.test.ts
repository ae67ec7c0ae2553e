import { afterEach, expect, it, vi } from 'vitest';
import { createSystemClock } from './system-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('tells the time', () => {
  const clock = createSystemClock();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  expect(clock.monotonic()).toBeLessThanOrEqual(clock.monotonic());
});

it('waits longer than a timer of Node can', async () => {
  vi.useFakeTimers();
  const clock = createSystemClock();
  const days40 = 40 * 24 * 3_600_000;
  let rang = false;
  clock.after(days40, () => {
    rang = true;
  });
  await vi.advanceTimersByTimeAsync(days40 - 1);
  expect(rang).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(rang).toBe(true);
});

it('can be told not to call back', async () => {
  vi.useFakeTimers();
  const cancel = createSystemClock().after(10, () => {
    throw new Error('was cancelled');
  });
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});

it('ends a sleep with the reason of the signal', async () => {
  vi.useFakeTimers();
  const controller = new AbortController();
  const sleep = createSystemClock().sleep(10, { signal: controller.signal });
  const outcome = sleep.catch((reason: unknown) => reason);
  controller.abort('canceled');
  expect(await outcome).toBe('canceled');
  expect(vi.getTimerCount()).toBe(0);
});
