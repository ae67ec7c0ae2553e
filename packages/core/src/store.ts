import type { Plan } from './plan.ts';
import type { JobResult, StageResult } from './results.ts';

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
  readonly userCodeStarted: boolean;
  /** Fences sessions: the in-pod driver refuses older ones. */
  readonly epoch: number;
  /** Bytes of the pod's log file that were delivered. */
  readonly offset: number;
  readonly stages: readonly StageResult[];
}

/** All that a new process needs to go on with a job. Plain JSON, under 256 KiB. */
export interface JobRecord {
  readonly version: 1;
  readonly jobId: string;
  readonly runnerId: string;
  readonly plan: Plan;
  readonly objects: readonly RecordedObject[];
  readonly units: readonly RecordedUnit[];
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly deadline: number;
  readonly result?: JobResult;
  /** What the app keeps with the job: trace position, token reference, … */
  readonly app: Readonly<Record<string, unknown>>;
}

/** A record with its revision, for compare-and-swap. */
export interface StoredRecord {
  readonly record: JobRecord;
  readonly revision: number;
}

/** Memory of jobs across processes. */
export interface JobStore {
  readonly list: (options: { readonly signal: AbortSignal }) => Promise<readonly StoredRecord[]>;
  readonly read: (
    jobId: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<StoredRecord | undefined>;
  /**
   * Writes durably. `revision` 0 creates.
   * @returns the new revision
   * @throws RunnerError `MILLRACE_E_STORE_CONFLICT` when another writer was first
   */
  readonly write: (
    record: JobRecord,
    revision: number,
    options: { readonly signal: AbortSignal },
  ) => Promise<number>;
  readonly remove: (jobId: string, options: { readonly signal: AbortSignal }) => Promise<void>;
}
