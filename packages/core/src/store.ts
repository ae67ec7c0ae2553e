import type { JobCredential, Plan } from './plan.ts';
import type { ErrorKind, FailureReason, RunnerError } from './errors.ts';
import type { JobResult, Outcome, StageResult, UnitResult } from './results.ts';

/** An object that a job created or is about to create. Written before the create call. */
export interface RecordedObject {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** Where a unit stands. */
export interface RecordedUnit {
  readonly id: string;
  readonly podName: string;
  readonly attempt: number;
  /** The schedule has started it: that is not decided again. */
  readonly begun: boolean;
  /**
   * From then on nothing runs a second time. In container units it is written before the pod's create call: whoever makes
   * the pod starts the user's container.
   */
  readonly userCodeStarted: boolean;
  /** When it began, milliseconds since the epoch. */
  readonly begunAt?: number;
  /** How the job stood then. */
  readonly standing?: 'success' | 'failure';
  /** Of a container unit whose pod's deletion was asked for by the runner: what its outcome will be. */
  readonly stopping?: Outcome;
  /** Stages that have ended. A success of a script may be missing: the pod has a record of it too. */
  readonly stages: readonly RecordedStage[];
  /** How it ended. Written before its pod is removed. */
  readonly result?: UnitResult;
}

/** A stage that has ended. */
export interface RecordedStage {
  readonly result: StageResult;
  /** Where its output ends in the pod's log file; undefined when that is not known. */
  readonly logEnd?: number;
}

/** Why a job was ended before its time. */
export interface RecordedEnd {
  /** `cancel`: what may run after a cancel still runs; `stop`: nothing does. */
  readonly how: 'cancel' | 'stop';
  readonly code: `MILLRACE_E_${string}`;
  readonly kind: ErrorKind;
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint?: string;
}

/** All that a new process needs to go on with a job. Plain JSON, under 256 KiB. */
export interface JobRecord {
  readonly version: 1;
  readonly jobId: string;
  readonly runnerId: string;
  readonly plan: Plan;
  /** The plan was too large and is here without its units: the job cannot be gone on with, only ended and cleaned up. */
  readonly reduced?: true;
  /** Secret. Random; what identifies stages in the pod is derived from it, so that a new process knows it too. */
  readonly seed: string;
  /** Objects that are there, or may be: they are listed before their create calls. */
  readonly objects: readonly RecordedObject[];
  readonly units: readonly RecordedUnit[];
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly deadline: number;
  readonly ended?: RecordedEnd;
  /** Written before the job's objects are removed; never changed. */
  readonly result?: JobResult;
  /** What the app wants to know of the job when another process reports it: whom to, with which token, … */
  readonly app: Readonly<Record<string, unknown>>;
}

/** A record with its revision, for compare-and-swap. */
export interface StoredRecord {
  readonly record: JobRecord;
  readonly revision: number;
}

/** A record that this program cannot go on with: of another version, or damaged. What could be read of it is here. */
export interface UnreadableRecord {
  readonly jobId: string;
  readonly error: RunnerError;
  readonly objects: readonly RecordedObject[];
  readonly credential?: JobCredential;
  readonly app: Readonly<Record<string, unknown>>;
}

/** All records of a store. */
export interface StoredRecords {
  readonly records: readonly StoredRecord[];
  readonly unreadable: readonly UnreadableRecord[];
}

/** Memory of jobs across processes. */
export interface JobStore {
  /** One bad record does not hide the others. */
  readonly list: (options: { readonly signal: AbortSignal }) => Promise<StoredRecords>;
  readonly read: (
    jobId: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<StoredRecord | undefined>;
  /**
   * Writes durably. `revision` 0 creates.
   * @returns the new revision
   * @throws RunnerError `MILLRACE_E_STORE_CONFLICT` when another writer was first, `MILLRACE_E_STORE_SIZE` when the record
   * is too large; a new record must leave room for what is added later
   */
  readonly write: (
    record: JobRecord,
    revision: number,
    options: { readonly signal: AbortSignal },
  ) => Promise<number>;
  readonly remove: (jobId: string, options: { readonly signal: AbortSignal }) => Promise<void>;
}
