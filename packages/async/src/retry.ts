import type { Clock } from '@millrace/core';

/** How often and how long to wait. Delays are milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first one included; at least 1. */
  readonly attempts: number;
  /** Pause after the first failure. */
  readonly initialDelay: number;
  /** No computed pause is longer; a pause that the classifier names is not cut. */
  readonly maxDelay: number;
  /** Each pause is this much longer than the one before. */
  readonly factor: number;
  /** `full` draws each pause evenly between 0 and the computed one, so that many callers do not come back together. */
  readonly jitter: 'full' | 'none';
}

/** What to do about an error: give up, wait as the policy says, or wait as the peer asked (`Retry-After`). */
export type RetryDecision = 'never' | 'retry' | { readonly after: number };

/** What {@link retry} needs besides the work. */
export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A number in [0, 1) for the jitter; `Math.random` by default. */
  readonly random?: () => number;
}

/**
 * Calls `work` until it succeeds, `classify` says `never`, or the tries are used up. Retry only what may run twice.
 * @param work - gets the number of the try, from 1, and the signal
 * @throws the error of the last try, or the signal's reason when it aborts before or between tries
 */
export async function retry<T>(
  policy: RetryPolicy,
  classify: (error: unknown) => RetryDecision,
  work: (attempt: number, signal: AbortSignal) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { signal, clock, random = Math.random } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work(attempt, signal);
    } catch (error) {
      if (attempt >= policy.attempts || signal.aborted) throw error;
      const decision = classify(error);
      if (decision === 'never') throw error;
      const pause = decision === 'retry' ? computedPause(policy, attempt, random) : decision.after;
      await clock.sleep(pause, { signal });
    }
  }
}

function computedPause(policy: RetryPolicy, attempt: number, random: () => number): number {
  const pause = Math.min(policy.maxDelay, policy.initialDelay * policy.factor ** (attempt - 1));
  return policy.jitter === 'full' ? pause * random() : pause;
}
