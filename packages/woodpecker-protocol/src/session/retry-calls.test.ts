import { createFakeClock } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { expect, it } from 'vitest';
import { callError, type StatusName } from '../transport/call-error.ts';
import { nextPause, retryCall, spread } from './retry-calls.ts';

const warned: string[] = [];
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void warned.push(message),
  error: () => undefined,
  child: () => logger,
};

/** Retries a call that never succeeds until its time is up; how often it was tried, and how that ended. */
async function persist(code: StatusName, connected: boolean, budget: number) {
  warned.length = 0;
  const clock = createFakeClock();
  let attempts = 0;
  const ended = retryCall(
    { clock, logger, random: () => 0.5, budget, isConnected: () => connected },
    { name: 'init', needsConnection: true, signal: new AbortController().signal },
    () => {
      attempts += 1;
      return Promise.reject(callError('Init', code, 'no'));
    },
  ).catch((error: unknown) => error);
  for (let turn = 0; turn < 2_000; turn += 1) await clock.advance(100);
  return { attempts, warned: [...warned], error: await ended };
}

it.each<StatusName>([
  'ABORTED',
  'DATA_LOSS',
  'DEADLINE_EXCEEDED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
])('%s is retried until the time of the call is up', async (code) => {
  const { attempts, error, warned: said } = await persist(code, true, 120_000);
  expect(attempts).toBeGreaterThan(20);
  expect(error).toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_RETRIES',
    message: 'init: backoff: maximum elapsed time exceeded (last error: no)',
  });
  expect(said[0]).toBe(`grpc error: init(): code: ${code}`);
});

it.each<StatusName>([
  'INTERNAL',
  'UNKNOWN',
  'RESOURCE_EXHAUSTED',
  'PERMISSION_DENIED',
  'CANCELLED',
])('%s is the last word', async (code) => {
  const { attempts, error } = await persist(code, true, 120_000);
  expect(attempts).toBe(1);
  expect(error).toMatchObject({ code: 'MILLRACE_E_WOODPECKER_CALL', details: { status: code } });
});

it('without a connection nothing is sent, and the server is lost when the time is up', async () => {
  const { attempts, error, warned: said } = await persist('UNAVAILABLE', false, 120_000);
  expect(attempts).toBe(0);
  expect(error).toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_LOST',
    message: 'connection to server lost',
  });
  expect(said[0]).toBe('grpc: init() waiting for server connection...');
});

it('waits half as long again each time, up to ten seconds, each time by up to a half more or less', () => {
  expect(nextPause(10)).toBe(15);
  expect(nextPause(9_000)).toBe(10_000);
  expect([spread(100, 0), spread(100, 0.5), spread(100, 1)]).toEqual([50, 100, 150]);
});

it('ends with the reason of its signal', async () => {
  const clock = createFakeClock();
  const ended = new AbortController();
  const call = retryCall(
    { clock, logger, random: () => 0, budget: 0, isConnected: () => true },
    { name: 'next', needsConnection: true, signal: ended.signal },
    () => Promise.reject(callError('Next', 'UNAVAILABLE', 'no')),
  );
  ended.abort(new Error('the agent ends'));
  await expect(call).rejects.toThrow('the agent ends');
});

it('a call that the server has held begins anew when its connection breaks', async () => {
  const clock = createFakeClock();
  let attempts = 0;
  const held = retryCall(
    { clock, logger, random: () => 0.5, budget: 2_000, isConnected: () => true },
    { name: 'wait', needsConnection: true, isHeld: true, signal: new AbortController().signal },
    async () => {
      attempts += 1;
      await clock.sleep(600_000);
      if (attempts < 3) throw callError('Wait', 'UNAVAILABLE', 'cut');
      return 'canceled';
    },
  );
  for (let turn = 0; turn < 40; turn += 1) await clock.advance(60_000);
  expect(await held).toBe('canceled');
});
