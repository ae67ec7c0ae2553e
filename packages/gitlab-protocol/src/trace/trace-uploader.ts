import type { Semaphore } from '@millrace/async';
import type { Clock, Logger } from '@millrace/core';
import type { Cancellable } from '../calls/cancellable.ts';
import type { JobCalls, JobKey } from '../client/job-calls.ts';
import { createAppendSender } from './append-sender.ts';
import { concludeTrace, type FinalRetry } from './conclude-trace.ts';
import { createFollower } from './follow-trace.ts';
import { createPace, type ServerRequest } from './pace.ts';
import { createRangedSender } from './ranged-sender.ts';
import type { FinalOutcome, FinalResult } from './trace-sender.ts';
import type { TraceSource } from './trace-source.ts';
import { newTraceState, type TraceState } from './trace-state.ts';

/** GitLab's limit for one piece. */
const mostPieceBytes = 1_048_576;

/** What an upload needs. */
export interface TraceUploaderOptions {
  readonly client: Pick<JobCalls, 'patchTrace' | 'updateJob'>;
  readonly job: JobKey;
  readonly source: TraceSource;
  /** `ranged`: GitLab. `append`: servers that append any piece and keep only the log of the final update (AlloyCI). */
  readonly strategy: 'append' | 'ranged';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of an earlier process; see `readTraceState`. */
  readonly state?: TraceState;
  /** Keeps the state for a later process. Awaited before the next piece; when it fails, the upload goes on. */
  readonly onState?: (state: TraceState) => Promise<void>;
  /** Told at most once each, and not after `finish` was called. */
  readonly onServerRequest?: (request: ServerRequest) => void;
  /** The job's debug mode may show secrets in its trace. */
  readonly debug?: boolean;
  /** Largest piece in bytes; at most 1 MiB, the default. */
  readonly pieceBytes?: number;
  /** Shared by all jobs of a process, it bounds how many pieces lie in memory at once. */
  readonly uploads?: Semaphore;
  /** See {@link FinalRetry}. */
  readonly finalRetry?: Partial<FinalRetry>;
  /** `FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL` */
  readonly dynamicSilence?: boolean;
}

/** Brings the log and the result of one job to the server, however long the server is away. */
export interface TraceUploader {
  /**
   * Sends what the log gains, and tells the server that the job is alive. Call it once.
   * @returns when `finish` was called, or when the server gave the job up
   * @throws the signal's reason when it aborts
   */
  readonly follow: (options: Cancellable) => Promise<void>;
  /**
   * Sends the rest of the log, which must be complete, and the result, until the server has acknowledged both or does
   * not want them. Call it once; `follow` ends by it.
   * @throws the signal's reason when it aborts; the state is then good for another process
   */
  readonly finish: (result: FinalResult, options: Cancellable) => Promise<FinalOutcome>;
  readonly state: () => TraceState;
}

/** Sends nothing before `follow` or `finish`. At most one piece of the log lies in memory. */
export function createTraceUploader(options: TraceUploaderOptions): TraceUploader {
  const { clock, logger, job, onState, onServerRequest } = options;
  let isFinishing = false;
  const pace = createPace({
    clock,
    dynamicSilence: options.dynamicSilence ?? false,
    onServerRequest: (request) => {
      if (!isFinishing) onServerRequest?.(request);
    },
  });
  const save = async (state: TraceState): Promise<void> => {
    try {
      await onState?.(state);
    } catch (error) {
      // The server knows what it has; a state that is not kept costs one more exchange after a restart.
      const { message } = error instanceof Error ? error : new Error(String(error));
      logger.warn('The position in the trace could not be kept', { job: job.id, error: message });
    }
  };
  const createSender = options.strategy === 'ranged' ? createRangedSender : createAppendSender;
  const sender = createSender({
    client: options.client,
    job,
    source: options.source,
    state: options.state ?? newTraceState,
    pace,
    logger,
    pieceBytes: Math.min(options.pieceBytes ?? mostPieceBytes, mostPieceBytes),
    debug: options.debug ?? false,
    uploads: options.uploads,
    save,
  });
  const follower = createFollower({ sender, pace, clock, logger, jobId: job.id });

  return {
    follow: follower.follow,
    finish: async (result, how) => {
      isFinishing = true;
      await follower.stop();
      return concludeTrace(sender, result, { clock, logger, retry: options.finalRetry }, how);
    },
    state: sender.state,
  };
}
