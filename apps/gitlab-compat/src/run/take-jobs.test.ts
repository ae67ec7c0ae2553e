import { createFakeClock, deferred, type Deferred } from '@millrace/async';
import {
  createHealth,
  createRequestConcurrency,
  createSlots,
  type JobRequestOutcome,
} from '@millrace/gitlab-protocol';
import { expect, it } from 'vitest';
import type { Member } from './fleet.ts';
import { recordedLog } from './recorded-log.test.helper.ts';
import { takeJobs } from './take-jobs.ts';

interface RunnerSettings {
  readonly limit?: number;
  readonly strictCheckInterval?: boolean;
  readonly requestConcurrency?: number;
  readonly answer: () => Promise<Partial<JobRequestOutcome>> | Partial<JobRequestOutcome>;
}

/** A process with runners whose server is the test. */
function process(concurrent: number, ...runners: readonly RunnerSettings[]) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const { logger, said } = recordedLog();
  const slots = createSlots();
  const asked: string[] = [];
  const held = new Map<string, number>();
  const started: { readonly id: number; readonly slot: number; readonly end: () => void }[] = [];
  const members = runners.map((settings, index): Member => {
    const id = String.fromCodePoint(97 + index);
    const { limit = 0, strictCheckInterval = false, requestConcurrency = 1 } = settings;
    const poll = { limit, strictCheckInterval, unhealthyInterval: 3_600_000 };
    return {
      id,
      runner: {
        poll,
        url: 'https://x/',
        shortToken: id,
        client: {
          requestJob: async () => {
            asked.push(id);
            return { healthy: true, ...(await settings.answer()) };
          },
        },
      },
      health: createHealth({ unhealthyRequests: 3, unhealthyInterval: 3_600_000 }, clock),
      concurrency: createRequestConcurrency(requestConcurrency, false),
      hold: () => {
        held.set(id, (held.get(id) ?? 0) + 1);
        return () => Promise.resolve(void held.set(id, (held.get(id) ?? 0) - 1));
      },
    } as unknown as Member;
  });
  const running = new Set<Promise<void>>();
  const done = takeJobs({
    fleet: {
      members: () => members,
      load: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    },
    global: () => ({ concurrent, checkInterval: 3_000 }),
    slots,
    clock,
    logger,
    running,
    stop: stop.signal,
    run: (_member, { offer, slots: taken }) => {
      const end: Deferred<void> = deferred();
      started.push({ id: offer.id, slot: taken.runner, end: end.resolve });
      return end.promise;
    },
  });
  return { clock, stop, asked, said, started, running, held, slots, done };
}

let nextId = 0;
const job = (): Partial<JobRequestOutcome> => {
  nextId += 1;
  return { kind: 'job', job: { id: nextId, token: 't', payload: {}, correlationId: 'c' } };
};
const none = (): Partial<JobRequestOutcome> => ({ kind: 'none' });

it('asks each runner once in every interval, one after the other', async () => {
  const { clock, asked } = process(5, { answer: none }, { answer: none });
  await clock.advance(0);
  expect(asked).toEqual(['a']);
  await clock.advance(1_500);
  expect(asked).toEqual(['a', 'b']);
  await clock.advance(3_000);
  expect(asked).toEqual(['a', 'b', 'a', 'b']);
});

it('asks a runner that got a job again at once, as long as there are workers', async () => {
  const { clock, started, asked } = process(3, { answer: job });
  await clock.advance(0);
  expect(started).toHaveLength(3);
  expect(started.map(({ slot }) => slot)).toEqual([0, 1, 2]);
  expect(asked).toHaveLength(3);
  started[1]?.end();
  await clock.advance(3_000);
  expect(started.map(({ slot }) => slot)).toEqual([0, 1, 2, 1]);
});

it('does not do so where the interval is strict', async () => {
  const { clock, started } = process(3, { answer: job, strictCheckInterval: true });
  await clock.advance(0);
  expect(started).toHaveLength(1);
});

it('counts requests under way, both for the workers and for the limit of a runner', async () => {
  const answers: Deferred<Partial<JobRequestOutcome>>[] = [];
  const answer = () => {
    const next: Deferred<Partial<JobRequestOutcome>> = deferred();
    answers.push(next);
    return next.promise;
  };
  const { clock, asked, started } = process(10, { answer, limit: 2, requestConcurrency: 5 });
  await clock.advance(30_000);
  expect(asked).toHaveLength(2);
  answers[0]?.resolve(job());
  await clock.advance(30_000);
  expect([asked.length, started.length]).toEqual([2, 1]);
  answers[1]?.resolve(none());
  await clock.advance(3_000);
  expect(asked).toHaveLength(3);
});

it('a runner that is refused three times waits an hour, and says so', async () => {
  const { clock, asked, said } = process(1, {
    answer: () => ({ kind: 'forbidden', healthy: false }),
  });
  await clock.advance(60_000);
  expect(asked).toHaveLength(3);
  expect(said).toContain(
    'error Runner "https://x/a" is unhealthy and will be disabled for 3600 seconds!',
  );
  await clock.advance(3_600_000);
  expect(asked.length).toBeGreaterThan(3);
});

it('a runner is held while it is asked and while its job runs, and no longer', async () => {
  const answer: Deferred<Partial<JobRequestOutcome>> = deferred();
  const { clock, held, started, stop } = process(1, { answer: () => answer.promise });
  await clock.advance(0);
  expect(held.get('a')).toBe(1);
  answer.resolve(job());
  await clock.advance(0);
  expect(held.get('a')).toBe(1);
  stop.abort();
  started[0]?.end();
  await clock.advance(0);
  expect(held.get('a')).toBe(0);
});

it('told to stop, it takes the job of a request that was on its way, and no other', async () => {
  const answer: Deferred<Partial<JobRequestOutcome>> = deferred();
  const { clock, stop, started, done, running, asked } = process(2, {
    answer: () => answer.promise,
  });
  await clock.advance(0);
  stop.abort();
  await clock.advance(0);
  let ended = false;
  void done.then(() => (ended = true));
  await clock.advance(0);
  expect(ended).toBe(false);
  answer.resolve(job());
  await done;
  expect([started.length, running.size, asked.length]).toEqual([1, 1, 1]);
});
