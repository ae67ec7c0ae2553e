import { deferred, type Deferred } from '@millrace/async';
import type { Clock } from '@millrace/core';
import type { JobBook } from './job-book.ts';
import type { RunnerBook } from './runner-book.ts';
import type { Violations } from './violations.ts';

/** What all routes share. */
export interface ServerContext {
  readonly jobs: JobBook;
  readonly runners: RunnerBook;
  readonly violations: Violations;
  readonly registrationToken: string;
  readonly personalAccessToken: string;
  readonly clock: Clock;
  /** Seconds for which a job request is held while there is no news; 0: not at all. */
  readonly longPollSeconds: number;
  /** Seconds between two updates of a job that the server asks for; undefined: it says nothing. */
  readonly updateInterval: number | undefined;
  readonly news: News;
}

/** Tells job requests that are held that something changed. */
export interface News {
  /** What `X-GitLab-Last-Update` says. */
  readonly version: () => string;
  /** There is a new job. */
  readonly change: () => void;
  /** Lets held requests go without a change. */
  readonly release: () => void;
  readonly next: () => Promise<void>;
  /** Requests that are held at the moment. */
  held: number;
}

/** Begins without news. */
export function createNews(): News {
  let version = 1;
  let next: Deferred<void> = deferred();
  const release = (): void => {
    const waited = next;
    next = deferred();
    waited.resolve();
  };
  return {
    version: () => `news-${version}`,
    change: () => {
      version += 1;
      release();
    },
    release,
    next: () => next.promise,
    held: 0,
  };
}
