import type { Semaphore } from '@millrace/async';
import type { Logger } from '@millrace/core';
import type { Cancellable } from '../calls/cancellable.ts';
import type { JobCalls, JobKey } from '../client/job-calls.ts';
import type { Pace } from './pace.ts';
import type { TraceSource } from './trace-source.ts';
import type { TraceState } from './trace-state.ts';

/** What both kinds of senders work with. */
export interface SenderContext {
  readonly client: Pick<JobCalls, 'patchTrace' | 'updateJob'>;
  readonly job: JobKey;
  readonly source: TraceSource;
  readonly state: TraceState;
  readonly pace: Pace;
  readonly logger: Logger;
  /** Largest piece in bytes. */
  readonly pieceBytes: number;
  readonly debug: boolean;
  /** Bounds how many pieces of all jobs lie in memory at once. */
  readonly uploads: Semaphore | undefined;
  /** Keeps the state; the next piece waits for it. */
  readonly save: (state: TraceState) => Promise<void>;
}

/** Runs work that holds one piece in memory. */
export function holdingOnePiece<T>(
  { uploads }: SenderContext,
  { signal }: Cancellable,
  work: () => Promise<T>,
): Promise<T> {
  return uploads === undefined ? work() : uploads.run(work, { signal });
}
