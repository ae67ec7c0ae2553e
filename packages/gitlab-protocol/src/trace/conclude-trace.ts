import type { Clock, Logger } from '@millrace/core';
import type { Cancellable } from '../calls/cancellable.ts';
import type { FinalOutcome, FinalResult, TraceSender } from './trace-sender.ts';

/**
 * How often and how long a final update is repeated. The pauses are GitLab Runner's; it gives up after 10 tries unless
 * told otherwise, we do not: a result that nobody got is a job that never ends.
 */
export interface FinalRetry {
  /** Tries in all (`job_status_final_update_retry_limit`). */
  readonly attempts: number;
  /** Tries that end in a way that a server may repeat for ever, in all. */
  readonly faultyAttempts: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly initialDelay: number;
  readonly maxDelay: number;
}

const defaultFinalRetry: FinalRetry = {
  attempts: Number.POSITIVE_INFINITY,
  faultyAttempts: 10,
  initialDelay: 1_000,
  maxDelay: 3_600_000,
};

/** Repeats {@link TraceSender.conclude} until it came to an end. */
export async function concludeTrace(
  sender: TraceSender,
  result: FinalResult,
  context: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly retry: Partial<FinalRetry> | undefined;
  },
  { signal }: Cancellable,
): Promise<FinalOutcome> {
  const { clock, logger } = context;
  const retry = { ...defaultFinalRetry, ...context.retry };
  let faulty = 0;
  let pause = retry.initialDelay;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const step = await sender.conclude(result, { signal });
    if (step.kind !== 'again') return step;
    if (step.counts) faulty += 1;
    logger.error('Job trace termination is tried again', { attempt, error: step.last });
    if (attempt >= retry.attempts || faulty >= retry.faultyAttempts) {
      const ending = result.state === 'success' ? 'Success' : 'Fail';
      logger.error(`Job trace termination "${ending}" failed`, { error: step.last });
      return { kind: 'unacknowledged', last: step.last };
    }
    await clock.sleep(pause, { signal });
    pause = Math.min(pause * 2, retry.maxDelay);
  }
}
