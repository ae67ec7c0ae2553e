import type { Clock, JsonObject } from '@millrace/core';
import type { RepositoryFixture, ServerRepository } from './git/fixture-repository.ts';
import type { GitAccess, SeenGitRequest } from './git/git-routes.ts';
import type { GitlabFaults } from './gitlab-faults.ts';
import type { SeenCall } from './handle-request.ts';
import type { ServerJob, ServerJobState } from './job-book.ts';
import type { ServerRunner } from './runner-book.ts';

/** How a server is to be. */
export interface GitlabServerOptions {
  /** Its runners; one with {@link GitlabServer.runnerToken} by default. */
  readonly runners?: readonly ServerRunner[];
  /** Seconds for which a job request is held while there is no news; 0, the default, answers at once. */
  readonly longPollSeconds?: number;
  /** Seconds between two updates of a job that it asks for; by default it says nothing. */
  readonly updateInterval?: number;
  /** `digest` keeps only size and checksum of traces, for those that are too large for a test. */
  readonly traces?: 'bytes' | 'digest';
  /** Repositories that it serves, by path without `.git`. */
  readonly repositories?: Readonly<Record<string, RepositoryFixture>>;
  /** Who may read them; `job-token` by default. */
  readonly gitAccess?: GitAccess;
  /** Time of long polls; the system's by default. */
  readonly clock?: Clock;
}

/** A GitLab server for tests: it serves the runner's API and repositories, and takes notes of every breach. */
export interface GitlabServer {
  /** For the `url` of a runner. */
  readonly url: string;
  /** Authentication token of its first runner. */
  readonly runnerToken: string;
  /** For `POST runners`. */
  readonly registrationToken: string;
  /** For a reset by id. */
  readonly personalAccessToken: string;
  /**
   * Puts a job into the queue.
   * @param options - `runner` is the token of the only runner that may get it
   * @throws Error when the payload has no id or token, or when there is a job of that id
   */
  readonly addJob: (payload: JsonObject, options?: { readonly runner?: string }) => ServerJob;
  readonly jobs: () => readonly ServerJob[];
  /** @throws Error when there is no such job, or when only digests of traces are kept */
  readonly traceOf: (id: number) => Buffer;
  /** @throws Error when there is no such job */
  readonly stateOf: (id: number) => ServerJobState;
  /** Resolves when a job is in one of these states, or in any that ends it. */
  readonly whenJob: (id: number, ...states: readonly ServerJobState[]) => Promise<ServerJobState>;
  /** Resolves when the trace of a job has a text; never when only digests of traces are kept. */
  readonly whenTraced: (id: number, text: string) => Promise<void>;
  /**
   * Somebody ends a job. `gracefully`: `canceling` until the runner has reported; `at-once`: `canceled`, and the job's
   * token is not accepted any more; `as-failed`: the same, as a job that got stuck.
   */
  readonly cancel: (id: number, how: 'as-failed' | 'at-once' | 'gracefully') => void;
  /** Takes a job back that a runner got and never confirmed. */
  readonly requeue: (id: number) => void;
  /** Job requests that are held at the moment. */
  readonly heldPolls: () => number;
  /** Lets job requests go that are held. */
  readonly releasePolls: () => void;
  /** What clients did against the protocol, in sentences. A test asserts that there is nothing. */
  readonly violations: () => readonly string[];
  /** Calls of the API so far. */
  readonly calls: () => readonly SeenCall[];
  /** Requests of git clients so far. */
  readonly gitRequests: () => readonly SeenGitRequest[];
  /** @throws Error when there is no such repository */
  readonly repository: (name: string) => ServerRepository;
  readonly faults: GitlabFaults;
  /** Ends every connection and every child process, and removes its repositories. */
  readonly close: () => Promise<void>;
}
