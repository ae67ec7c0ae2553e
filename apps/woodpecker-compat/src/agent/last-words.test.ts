import { createFakeClock } from '@millrace/async';
import { expect, it } from 'vitest';
import { createLastWords } from './last-words.ts';

const waits = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );

it('a call lasts as long as it does while nobody ends the agent', async () => {
  const clock = createFakeClock();
  const { promise, resolve } = Promise.withResolvers<string>();
  const tell = createLastWords(clock, new AbortController().signal);
  const called = tell(() => promise);
  await clock.advance(600_000);
  resolve('answer');
  expect(await called).toBe('answer');
});

it.each([
  ['before it is made', true],
  ['while it waits', false],
])('the end of the agent, %s, leaves a call five seconds', async (_when, before) => {
  const clock = createFakeClock();
  const end = new AbortController();
  if (before) end.abort();
  const tell = createLastWords(clock, end.signal);
  let ended = '';
  const called = tell(waits).catch((failure: unknown) => (ended = String(failure)));
  end.abort();
  await clock.advance(4_999);
  expect(ended).toBe('');
  await clock.advance(1);
  await called;
  expect(ended).toContain('the agent ends');
});

it('a server that did not answer in that time is not waited for so long again', async () => {
  const clock = createFakeClock();
  const tell = createLastWords(clock, AbortSignal.abort());
  for (const time of [5_000, 500, 500]) {
    const called = tell(waits).catch(String);
    await clock.advance(time);
    expect(await called).toContain('the agent ends');
  }
});
