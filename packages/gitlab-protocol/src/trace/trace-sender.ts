import type { Cancellable } from '../calls/cancellable.ts';
import type { TraceState } from './trace-state.ts';

/** How a job ended, in the words of the wire. */
export interface FinalResult {
  readonly state: 'success' | 'failed';
  /** As the server of the job accepts it: see `acceptedFailureReason`. */
  readonly failureReason?: string;
  readonly exitCode?: number;
}

/** What one step of the upload came to. */
export interface SendStep {
  /** `ok` also where there was nothing to send; `retry` after any failure that may pass. */
  readonly kind: 'abort' | 'ok' | 'retry';
  /** Whether the server heard of the job, so that it need not be told that the job is alive. */
  readonly heard: boolean;
}

/** How the final update of a job ended. */
export type FinalOutcome =
  /** The server has the result and the whole trace. */
  | { readonly kind: 'acknowledged' }
  /** The server does not take the result: it has canceled, ended or removed the job, or does not accept its token. */
  | {
      readonly kind: 'released';
      readonly why: 'not_found' | 'refused';
      readonly jobStatus?: string;
    }
  /** Tries are used up; the result is still to be told. */
  | { readonly kind: 'unacknowledged'; readonly last: string };

/** What one try to conclude came to. `again` makes the next one after a pause that grows. */
export type ConcludeStep =
  | Exclude<FinalOutcome, { readonly kind: 'unacknowledged' }>
  | {
      readonly kind: 'again';
      readonly last: string;
      /** Whether the server itself failed at it, which it may do for ever. */
      readonly counts: boolean;
    };

/** One way in which a server takes traces. Not called before the step before has ended. */
export interface TraceSender {
  /** Sends the next piece, if there is one. */
  readonly step: (options: Cancellable) => Promise<SendStep>;
  /** Tells that the job is alive. */
  readonly keepAlive: (options: Cancellable) => Promise<SendStep>;
  /** Sends what is left and tells the result, once. */
  readonly conclude: (result: FinalResult, options: Cancellable) => Promise<ConcludeStep>;
  readonly state: () => TraceState;
}
