import type { Clock, Logger } from '@millrace/core';
import type { JobOffer, JobRequestOutcome } from '@millrace/gitlab-protocol';

/** When a process that takes jobs one after another has done its part. Undefined: never. */
export interface SingleLimits {
  /** Jobs; those of an earlier process count too. */
  readonly mostJobs: number | undefined;
  /** Milliseconds since its start or its last job. */
  readonly waitTimeout: number | undefined;
}

/** What taking jobs one after another needs. */
export interface TakeOneByOneOptions {
  /** Asks the server; rejects where it cannot be asked. */
  readonly request: (options: {
    readonly signal: AbortSignal;
  }) => Promise<Pick<JobRequestOutcome, 'healthy'> & { readonly job?: JobOffer }>;
  /** Runs a job to its end; never rejects. */
  readonly run: (offer: JobOffer) => Promise<void>;
  readonly limits: SingleLimits;
  /** Jobs that were done before. */
  readonly done: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No more jobs; a request under way is given up. */
  readonly stop: AbortSignal;
}

/** GitLab Runner's pauses of `run-single`, in milliseconds. */
const pauses = { noJob: 3_000, unhealthy: 300_000 };

/**
 * Asks for a job, runs it, asks again. Resolves when it was told to stop, or when a limit is reached; the log says which.
 */
export async function takeOneByOne(options: TakeOneByOneOptions): Promise<void> {
  const { limits, clock, logger, stop, run } = options;
  let { done } = options;
  let last = clock.monotonic();
  const idle = (): number => clock.monotonic() - last;
  const isStopped = (): boolean => stop.aborted;
  while (!isStopped()) {
    if (limits.mostJobs !== undefined && done >= limits.mostJobs) {
      logger.info('This runner has processed its build limit, so now exiting');
      return;
    }
    const { job, pause } = await ask(options);
    if (job !== undefined) {
      await run(job);
      done += 1;
      last = clock.monotonic();
      continue;
    }
    const { waitTimeout = Number.POSITIVE_INFINITY } = limits;
    if (isStopped()) return;
    // The wait is not longer than the time that is left, so that the end comes when it was asked for.
    await clock
      .sleep(Math.max(0, Math.min(pause, waitTimeout - idle())), { signal: stop })
      .catch(() => undefined);
    if (idle() < waitTimeout || isStopped()) continue;
    logger.info(
      `This runner has not received a job in ${waitTimeout / 1000} seconds, so now exiting`,
    );
    return;
  }
}

async function ask({
  request,
  logger,
  stop,
}: TakeOneByOneOptions): Promise<{ readonly job?: JobOffer; readonly pause: number }> {
  try {
    const { healthy, job } = await request({ signal: stop });
    if (job !== undefined) return { job, pause: 0 };
    if (!healthy)
      logger.error(`Runner is not healthy; it asks again in ${pauses.unhealthy / 1000} seconds`);
    return { pause: healthy ? pauses.noJob : pauses.unhealthy };
  } catch (failure) {
    if (!stop.aborted)
      logger.warn('Failed to process runner', {
        error: failure instanceof Error ? failure.message : String(failure),
      });
    return { pause: pauses.noJob };
  }
}
