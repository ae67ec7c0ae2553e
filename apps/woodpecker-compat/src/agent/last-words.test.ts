import { createFakeClock, raceSignal } from '@millrace/async';
import { expect, it } from 'vitest';
import { createLastWords } from './last-words.ts';

const forEver = (signal: AbortSignal): Promise<never> =>
  raceSignal(new Promise<never>(() => undefined), signal);

it('nothing is cut short while the agent is not told to end', async () => {
  const clock = createFakeClock();
  const interrupt = new AbortController();
  const lastWords = createLastWords({ clock, interrupt: interrupt.signal });
  let isOver = false;
  const call = lastWords(forEver).catch(() => {
    isOver = true;
  });
  await clock.advance(3_600_000);
  expect(isOver).toBe(false);
  interrupt.abort();
  await clock.advance(4_999);
  expect(isOver).toBe(false);
  await clock.advance(1);
  await call;
  expect(isOver).toBe(true);
});

it('a call made afterwards has as long, and one after a call in vain has less', async () => {
  const clock = createFakeClock();
  const lastWords = createLastWords({ clock, interrupt: AbortSignal.abort() });
  expect(await lastWords(() => Promise.resolve('told'))).toBe('told');
  const first = lastWords(forEver).catch(() => clock.now());
  const began = clock.now();
  await clock.advance(5_000);
  expect((await first) - began).toBe(5_000);
  const second = lastWords(forEver).catch(() => clock.now());
  await clock.advance(500);
  expect((await second) - began).toBe(5_500);
});
