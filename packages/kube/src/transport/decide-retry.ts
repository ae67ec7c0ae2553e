import type { RetryDecision, RetryPolicy } from '@millrace/async';
import { isRunnerError } from '@millrace/core';
import type { ApiRequest } from './api-request.ts';
import type { ConnectOptions } from './settings.ts';

/** Whether, and when, a failed try of one call is repeated. */
export interface RetryDecider {
  readonly classify: (error: unknown) => RetryDecision;
  readonly lastError: () => unknown;
}

/**
 * Repeats what the error tables mark, what may run twice, and only while tries and time are left. A pause that the
 * server names counts against the call's time limit: one that would outlast it ends the call at once.
 */
export function decideRetry(call: {
  readonly request: Pick<ApiRequest, 'repeatable'>;
  readonly policy: RetryPolicy;
  /** On the monotonic clock, milliseconds. */
  readonly endsAt: number;
  readonly options: Pick<ConnectOptions, 'clock' | 'attemptsFor'>;
  readonly onUnclear?: (() => void) | undefined;
}): RetryDecider {
  const { request, policy, endsAt, options, onUnclear } = call;
  let tries = 0;
  let last: unknown;
  const classify = (error: unknown): RetryDecision => {
    tries += 1;
    last = error;
    if (!isRunnerError(error)) return 'never';
    const named = options.attemptsFor?.(error.message);
    if (named === undefined && error.retry !== 'operation') return 'never';
    if (tries >= (named ?? policy.attempts)) return 'never';
    const unclear = error.details['processed'] !== false;
    if (unclear && request.repeatable !== 'always') return 'never';
    const after = error.details['retryAfter'];
    if (typeof after === 'number' && options.clock.monotonic() + after > endsAt) return 'never';
    if (unclear) onUnclear?.();
    return typeof after === 'number' && after > 0 ? { after } : 'retry';
  };
  return { classify, lastError: () => last };
}
