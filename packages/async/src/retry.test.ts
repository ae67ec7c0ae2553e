import { expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';
import { retry, type RetryDecision, type RetryPolicy } from './retry.ts';

const policy: RetryPolicy = {
  attempts: 5,
  initialDelay: 500,
  maxDelay: 2000,
  factor: 2,
  jitter: 'none',
};

interface Run {
  readonly policy?: Partial<RetryPolicy>;
  readonly failures: number;
  readonly decision?: RetryDecision;
  readonly random?: () => number;
}

/** Runs work that fails a number of times; returns how it ended and when each try came. */
async function run(options: Run): Promise<{ outcome: unknown; times: readonly number[] }> {
  const clock = createFakeClock();
  const times: number[] = [];
  const running = retry(
    { ...policy, ...options.policy },
    () => options.decision ?? 'retry',
    async (attempt) => {
      times.push(clock.monotonic());
      if (attempt <= options.failures) throw new Error(`failure ${attempt}`);
      return 'done';
    },
    {
      signal: new AbortController().signal,
      clock,
      ...(options.random && { random: options.random }),
    },
  ).catch((error: unknown) => (error as Error).message);
  await clock.advance(60_000);
  return { outcome: await running, times };
}

it.each<[string, Run, unknown, readonly number[]]>([
  ['returns at once when the first try succeeds', { failures: 0 }, 'done', [0]],
  [
    'waits longer each time, up to the longest pause',
    { failures: 4 },
    'done',
    [0, 500, 1500, 3500, 5500],
  ],
  [
    'throws the last error when the tries are used up',
    { failures: 9 },
    'failure 5',
    [0, 500, 1500, 3500, 5500],
  ],
  [
    'gives up at once when the classifier says never',
    { failures: 9, decision: 'never' },
    'failure 1',
    [0],
  ],
  [
    'waits as long as the peer asked',
    { failures: 2, decision: { after: 7000 } },
    'done',
    [0, 7000, 14_000],
  ],
  [
    'draws the pause with full jitter',
    { failures: 2, policy: { jitter: 'full' }, random: () => 0.5 },
    'done',
    [0, 250, 750],
  ],
  [
    'tries once when one attempt is allowed',
    { failures: 1, policy: { attempts: 1 } },
    'failure 1',
    [0],
  ],
])('%s', async (_behaviour, options, outcome, times) => {
  expect(await run(options)).toEqual({ outcome, times });
});

it('ends a pause with the reason of the signal and leaves no timer', async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const running = retry(
    policy,
    () => 'retry',
    () => Promise.reject(new Error('down')),
    { signal: controller.signal, clock },
  );
  const outcome = running.catch((reason: unknown) => reason);
  await clock.advance(100);
  controller.abort('canceled');
  expect(await outcome).toBe('canceled');
  expect(clock.pending()).toBe(0);
});

it('keeps the error of a try during which the signal aborted', async () => {
  const controller = new AbortController();
  const work = (): Promise<never> => {
    controller.abort('canceled');
    return Promise.reject(new Error('cut off'));
  };
  await expect(
    retry(policy, () => 'retry', work, { signal: controller.signal, clock: createFakeClock() }),
  ).rejects.toThrow('cut off');
});
