import type { Clock, Logger, Metrics } from '@millrace/core';
import type { Transport } from '../transport/transport.ts';
import type { RunnerInfo } from '../wire/runner-info.ts';

/** Where the session server of this runner is. */
export interface SessionInfo {
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
  /** Secret. */
  readonly authorization: string;
}

/** What a client of one runner needs. */
export interface GitlabClientOptions {
  /** `url` of the runner as configured. */
  readonly url: string;
  /** Authentication token of the runner; empty for a client that only registers. */
  readonly token: string;
  /** `s_…` or `r_…`; left out for servers that do not know it. */
  readonly systemId?: string;
  readonly info: RunnerInfo;
  /** `gitlab-runner 19.3.0 (19-3-stable; go1.25.7; linux/amd64)` */
  readonly userAgent: string;
  /** Several runners may share one; whoever made it closes it. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly session?: SessionInfo;
  /** A number in [0, 1) for the jitter of pauses; the system's by default. */
  readonly random?: () => number;
  /** 32 hexadecimal digits that name a call; a random UUID by default. */
  readonly requestId?: () => string;
}
