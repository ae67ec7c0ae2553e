import { RunnerError, type Clock } from '@millrace/core';
import { linkSignals } from './link-signals.ts';

/**
 * Runs `work` with a signal that aborts when `signal` does or after `milliseconds`. The promise settles at that moment
 * with the abort's reason, even when `work` does not react; what such work returns later is dropped.
 * @throws RunnerError of kind `timeout`, code `MILLRACE_E_DEADLINE`, when the time is up
 */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const linked = linkSignals(signal);
  const cancelTimer = clock.after(milliseconds, () => linked.abort(deadlineError(milliseconds)));
  const aborted = Promise.withResolvers<never>();
  linked.signal.addEventListener('abort', () => aborted.reject(linked.signal.reason), {
    once: true,
  });
  try {
    return await Promise.race([work(linked.signal), aborted.promise]);
  } finally {
    cancelTimer();
    linked.dispose();
  }
}

function deadlineError(milliseconds: number): RunnerError {
  return new RunnerError(`not done within ${milliseconds} ms`, {
    code: 'MILLRACE_E_DEADLINE',
    kind: 'timeout',
    details: { milliseconds },
  });
}
