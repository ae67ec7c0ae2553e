import type { Clock, Logger } from '@millrace/core';
import type { RunSignals } from './run-signals.ts';

/** How a process ends. */
export interface RunEnd {
  /** 0 when every job has ended and was told, or was left on purpose; 1 when that took too long. */
  readonly exitCode: number;
  /** Jobs go on without this process, which must end now: what it still does is the next one's. */
  readonly left: boolean;
}

/** What is waited for, and how long. */
export interface AwaitJobsOptions {
  readonly running: ReadonlySet<Promise<void>>;
  readonly signals: Pick<RunSignals, 'abandon' | 'interrupt' | 'leave'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that jobs have once they were told to end. */
  readonly shutdownTimeout: number;
}

/**
 * Waits until no job runs: without a limit when told to end politely, else for the shutdown time. Then the records of
 * what still runs stay, and the next process goes on with it.
 */
export async function awaitJobs(options: AwaitJobsOptions): Promise<RunEnd> {
  const { running, signals, clock, logger, shutdownTimeout } = options;
  const { interrupt, leave, abandon } = signals;
  let stopClock = (): void => undefined;
  const late = onceAborted(interrupt).then(
    () =>
      new Promise<void>((resolve) => {
        stopClock = clock.after(shutdownTimeout, () => {
          logger.error('shutdown timed out');
          abandon();
          resolve();
        });
      }),
  );
  const left = Promise.race([onceAborted(leave), late]).then(() => true);
  while (running.size > 0) {
    const ended = Promise.all(running).then(() => false);
    if (await Promise.race([ended, left])) break;
  }
  stopClock();
  if (leave.aborted) return { exitCode: interrupt.aborted ? 1 : 0, left: true };
  logger.info('All workers stopped.');
  logger.info('Can exit now!');
  return { exitCode: 0, left: false };
}

const onceAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
