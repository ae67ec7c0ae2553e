import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

it('runs timers in order of time, then of setting, at their own time', async () => {
  const clock = createFakeClock(1000);
  const ran: string[] = [];
  for (const [name, delay] of [
    ['late', 20],
    ['first', 10],
    ['second', 10],
    ['beyond', 31],
  ] as const) {
    clock.after(delay, () => ran.push(`${name}@${clock.now()}/${clock.monotonic()}`));
  }
  await clock.advance(30);
  expect(ran).toEqual(['first@1010/10', 'second@1010/10', 'late@1020/20']);
  expect([clock.now(), clock.pending()]).toEqual([1030, 1]);
});

it('runs timers that are set while it moves', async () => {
  const clock = createFakeClock();
  const times: number[] = [];
  const loop = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(3);
      times.push(clock.now());
    }
  };
  void loop();
  await clock.advance(10);
  expect(times).toEqual([3, 6, 9]);
});

it('runs no cancelled timer', async () => {
  const clock = createFakeClock();
  const cancel = clock.after(1, () => {
    throw new Error('was cancelled');
  });
  cancel();
  expect(clock.pending()).toBe(0);
  await clock.advance(2);
});

it('ends a sleep with the reason of the signal, and lets go of the signal after a full sleep', async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const full = clock.sleep(1, { signal: controller.signal });
  await clock.advance(1);
  await full;
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  const sleep = clock.sleep(1, { signal: controller.signal });
  const cut = sleep.catch((reason: unknown) => reason);
  controller.abort('canceled');
  expect(await cut).toBe('canceled');
  expect(clock.pending()).toBe(0);
});
