import { createFakeClock } from '@millrace/async';
import type { JobOffer } from '@millrace/gitlab-protocol';
import { describe, expect, it } from 'vitest';
import { recordedLog } from '../run/recorded-log.test.helper.ts';
import { takeOneByOne, type SingleLimits } from './take-one-by-one.ts';

type Answer = 'job' | 'none' | 'unhealthy' | 'broken';

/** A server that gives these answers, then none; time passes by itself, and each job takes ten seconds. */
async function take(
  answers: readonly Answer[],
  limits: Partial<SingleLimits>,
  { done = 0, most = 50 }: { readonly done?: number; readonly most?: number } = {},
) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const { logger, said } = recordedLog();
  const asked: number[] = [];
  let jobs = 0;
  let parallel = 0;
  await takeOneByOne({
    limits: { mostJobs: undefined, waitTimeout: undefined, ...limits },
    done,
    logger,
    stop: stop.signal,
    clock: {
      ...clock,
      sleep: (milliseconds) => clock.advance(milliseconds),
    },
    request: () => {
      const answer = answers[asked.length] ?? 'none';
      asked.push(clock.monotonic());
      if (asked.length >= most) stop.abort();
      if (answer === 'broken') return Promise.reject(new Error('no way'));
      return Promise.resolve({
        healthy: answer !== 'unhealthy',
        ...(answer === 'job' ? { job: {} as JobOffer } : {}),
      });
    },
    run: async () => {
      parallel += 1;
      expect(parallel).toBe(1);
      await clock.advance(10_000);
      jobs += 1;
      parallel -= 1;
    },
  });
  return { asked, jobs, said };
}

describe('taking jobs one by one', () => {
  it('asks again at once after a job, in three seconds without one, in five minutes when refused', async () => {
    const { asked } = await take(['job', 'none', 'unhealthy', 'broken'], {}, { most: 5 });
    expect(asked.map((time) => time - (asked[0] ?? 0))).toEqual([
      0, 10_000, 13_000, 313_000, 316_000,
    ]);
  });

  it('ends after as many jobs as it may do, and says so', async () => {
    const { jobs, asked, said } = await take(['job', 'none', 'job', 'job'], { mostJobs: 2 });
    expect([jobs, asked.length]).toEqual([2, 3]);
    expect(said).toEqual(['info This runner has processed its build limit, so now exiting']);
  });

  it('counts the jobs of an earlier process', async () => {
    expect(await take(['job'], { mostJobs: 1 }, { done: 1 })).toMatchObject({ jobs: 0, asked: [] });
  });

  it('ends when there was no job for long enough since the last one', async () => {
    const { asked, said } = await take(['none', 'none', 'job', 'none'], { waitTimeout: 7_000 });
    expect(asked.map((time) => time - (asked[0] ?? 0))).toEqual([
      0, 3000, 6000, 16_000, 19_000, 22_000,
    ]);
    expect(said).toEqual(['info This runner has not received a job in 7 seconds, so now exiting']);
  });

  it('does not wait longer than that, even when refused', async () => {
    const { asked, said } = await take(['unhealthy'], { waitTimeout: 20_000 });
    expect(asked).toHaveLength(1);
    expect(said).toEqual([
      'error Runner is not healthy; it asks again in 300 seconds',
      'info This runner has not received a job in 20 seconds, so now exiting',
    ]);
  });

  it('ends without a word when it is told to', async () => {
    expect(await take(['none'], {}, { most: 1 })).toMatchObject({ jobs: 0, said: [] });
  });
});
