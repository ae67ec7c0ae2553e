import { createFakeClock, deferred } from '@millrace/async';
import { expect, it } from 'vitest';
import { awaitJobs } from './await-jobs.ts';
import { recordedLog } from './recorded-log.test.helper.ts';

function jobs(count: number) {
  const clock = createFakeClock();
  const [interrupt, leave] = [new AbortController(), new AbortController()];
  const { logger, said } = recordedLog();
  const running = new Set<Promise<void>>();
  const ends = Array.from({ length: count }, () => {
    const end = deferred<undefined>();
    const job: Promise<void> = end.promise.then(() => void running.delete(job));
    running.add(job);
    return () => end.resolve(undefined);
  });
  const end = awaitJobs({
    running,
    clock,
    logger,
    shutdownTimeout: 30_000,
    signals: {
      interrupt: interrupt.signal,
      leave: leave.signal,
      abandon: () => leave.abort(),
    },
  });
  return { clock, interrupt, leave, said, end, ends };
}

it('waits for jobs without a limit as long as nobody ends them', async () => {
  const { clock, end, ends, said } = jobs(2);
  await clock.advance(86_400_000);
  for (const finish of ends) finish();
  expect(await end).toEqual({ exitCode: 0, left: false });
  expect(said.at(-1)).toBe('info Can exit now!');
});

it('waits for the shutdown time once jobs are ended, and leaves what still runs', async () => {
  const { clock, interrupt, leave, end, said } = jobs(1);
  interrupt.abort();
  await clock.advance(29_999);
  expect(leave.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(await end).toEqual({ exitCode: 1, left: true });
  expect(said).toEqual(['error shutdown timed out']);
});

it('jobs that end in time leave no timer behind', async () => {
  const { clock, interrupt, end, ends } = jobs(1);
  interrupt.abort();
  await clock.advance(1);
  ends[0]?.();
  expect(await end).toEqual({ exitCode: 0, left: false });
  expect(clock.pending()).toBe(0);
});

it('a forced end is an error, an end that leaves jobs on purpose is none', async () => {
  const forced = jobs(1);
  forced.interrupt.abort();
  forced.leave.abort();
  expect(await forced.end).toEqual({ exitCode: 1, left: true });
  const detached = jobs(1);
  detached.leave.abort();
  expect(await detached.end).toEqual({ exitCode: 0, left: true });
});

it('with no job there is nothing to wait for', async () => {
  expect(await jobs(0).end).toEqual({ exitCode: 0, left: false });
});
