import type { Clock, Logger, Metrics } from '@millrace/core';
import type { RetryPolicy } from '@millrace/async';
import type { RefreshFacts } from './credential.ts';

/** Bounds of one connection; times in milliseconds, sizes in bytes. */
export interface ConnectionLimits {
  /** Sockets for ordinary requests; streams have their own. */
  readonly requestSockets: number;
  /** For one try of one call, until its answer is read; and for opening a stream. */
  readonly attemptTimeout: number;
  /** For a call with all its tries, when the caller names no limit. */
  readonly callTimeout: number;
  readonly maxResponseBytes: number;
  /** A watch that is silent for so long, bookmarks included, is taken for dead. */
  readonly watchIdle: number;
  /** How long the server is asked to keep a watch open; stretched by up to as much again. */
  readonly watchLifetime: number;
  /** A full list after so long, as a safety net under the watch. */
  readonly watchRelist: number;
  /** Pause between two lists where `watch` is forbidden. */
  readonly watchPoll: number;
  /** A feed without subscribers closes after so long. */
  readonly watchLinger: number;
  /** Changes that a slow subscriber may have outstanding, after merging, before it fails. */
  readonly watchBacklog: number;
  /** Pause between two pings of an exec connection; 0 sends none. */
  readonly execPing: number;
  /** A ping must be answered within this time. */
  readonly execPong: number;
  /** Unread output of one exec session above which its socket is paused. */
  readonly execBuffer: number;
}

/** Values that suit a real cluster. */
export const defaultLimits: ConnectionLimits = {
  requestSockets: 4,
  attemptTimeout: 30_000,
  callTimeout: 120_000,
  maxResponseBytes: 64 * 2 ** 20,
  // API servers send a bookmark a minute.
  watchIdle: 90_000,
  watchLifetime: 300_000,
  watchRelist: 600_000,
  watchPoll: 3_000,
  watchLinger: 30_000,
  watchBacklog: 10_000,
  execPing: 30_000,
  execPong: 15_000,
  execBuffer: 2 ** 20,
};

/** GitLab Runner's defaults (`retry_limit`, `retry_backoff_max`), with jitter. */
export const defaultRetry: RetryPolicy = {
  attempts: 5,
  initialDelay: 500,
  maxDelay: 2_000,
  factor: 2,
  jitter: 'full',
};

/** What {@link connect} needs besides the facts. */
export interface ConnectOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly limits?: Partial<ConnectionLimits>;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Tries in all for an error with this text, where the operator says so (GitLab Runner: `retry_limits`); makes it
   * retryable whatever it is. Undefined leaves it to the built-in table.
   */
  readonly attemptsFor?: (text: string) => number | undefined;
  /** Fetches the facts anew when the credential ends or is refused. */
  readonly refresh?: RefreshFacts;
  /** A number in [0, 1) for jitter; `Math.random` by default. */
  readonly random?: () => number;
}
