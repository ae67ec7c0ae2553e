import type { JsonObject, JsonValue } from '@millrace/core';
import { createTraceStore, type TraceStore } from './trace-store.ts';

/** Where a job stands. `assigned`: given to a runner that has not confirmed it. */
export type ServerJobState =
  | 'assigned'
  | 'canceled'
  | 'canceling'
  | 'failed'
  | 'pending'
  | 'running'
  | 'success';

/** A job as the server has it. */
export interface ServerJob {
  readonly id: number;
  readonly token: string;
  readonly payload: JsonObject;
  readonly state: ServerJobState;
  /** Of the final update. */
  readonly failureReason: string | undefined;
  /** Of the final update; 0 where it had none. */
  readonly exitCode: number;
  /** `system_id` of the runner that got it. */
  readonly systemId: string | undefined;
  /** Bytes of its trace that the server has. */
  readonly traceSize: number;
}

/** A job with what only the server's own code touches. */
export interface KeptJob {
  readonly id: number;
  readonly token: string;
  readonly payload: JsonObject;
  readonly trace: TraceStore;
  /** Token of the only runner that may get it. */
  readonly reservedFor: string | undefined;
  state: ServerJobState;
  failureReason: string | undefined;
  exitCode: number;
  runnerToken: string | undefined;
  systemId: string | undefined;
  /** `info` of the request that got it. */
  info: JsonValue | undefined;
  confirmed: boolean;
  /** The server was away, or misbehaved, when the client may have confirmed it. */
  confirmMayBeLost: boolean;
  /** A piece of the trace came before the job was confirmed. */
  tracedEarly: boolean;
  /** How many of the next pieces may begin at a wrong place, because of an answer that the client may not have got. */
  excused: number;
  /** Writes that are being carried out. */
  writing: number;
  /** The result that a final update told, acknowledged or not; a later one must tell the same. */
  told: string | undefined;
  /** The client was told that the trace is not right, so all of it comes again. */
  resending: boolean;
  /** Whether the job was ended by its own final update, and not by somebody on the server. */
  endedByRunner: boolean;
  /** Writes since the job has ended. */
  writesAfterEnd: number;
}

const ended: readonly ServerJobState[] = ['canceled', 'failed', 'success'];

/** Whether nothing more is to come of a job. */
export const isEnded = ({ state }: Pick<KeptJob, 'state'>): boolean => ended.includes(state);

/** The jobs of a server, in the order in which they were added. */
export interface JobBook {
  readonly add: (payload: JsonObject, reservedFor: string | undefined) => KeptJob;
  readonly find: (id: number) => KeptJob | undefined;
  readonly all: () => readonly KeptJob[];
  readonly nextFor: (runnerToken: string) => KeptJob | undefined;
  readonly move: (job: KeptJob, state: ServerJobState) => void;
  /** A job's trace has grown. */
  readonly traced: (job: KeptJob) => void;
  /** Resolves when a job is as wanted; at once when it is already. */
  readonly when: (id: number, fits: (job: KeptJob) => boolean) => Promise<KeptJob>;
}

/** Starts empty. */
export function createJobBook(keeps: 'bytes' | 'digest'): JobBook {
  const jobs = new Map<number, KeptJob>();
  const waiting = new Set<{
    readonly id: number;
    readonly fits: (job: KeptJob) => boolean;
    readonly resolve: (job: KeptJob) => void;
  }>();
  const tell = (job: KeptJob): void => {
    for (const waiter of waiting) {
      if (waiter.id !== job.id || !waiter.fits(job)) continue;
      waiting.delete(waiter);
      waiter.resolve(job);
    }
  };
  return {
    add: (payload, reservedFor) => {
      const { id, token } = payload;
      if (typeof id !== 'number' || typeof token !== 'string')
        throw new Error('a job payload needs an id and a token');
      if (jobs.has(id)) throw new Error(`there is a job ${id} already`);
      const job: KeptJob = {
        id,
        token,
        payload,
        trace: createTraceStore(keeps),
        reservedFor,
        state: 'pending',
        failureReason: undefined,
        exitCode: 0,
        runnerToken: undefined,
        systemId: undefined,
        info: undefined,
        confirmed: false,
        confirmMayBeLost: false,
        tracedEarly: false,
        excused: 0,
        writing: 0,
        told: undefined,
        resending: false,
        endedByRunner: false,
        writesAfterEnd: 0,
      };
      jobs.set(id, job);
      return job;
    },
    find: (id) => jobs.get(id),
    all: () => [...jobs.values()],
    nextFor: (runnerToken) =>
      [...jobs.values()].find(
        (job) =>
          job.state === 'pending' &&
          (job.reservedFor === undefined || job.reservedFor === runnerToken),
      ),
    move: (job, state) => {
      job.state = state;
      tell(job);
    },
    traced: tell,
    when: (id, fits) => {
      const now = jobs.get(id);
      if (now !== undefined && fits(now)) return Promise.resolve(now);
      return new Promise((resolve) => void waiting.add({ id, fits, resolve }));
    },
  };
}

/** What tests see of a job; later changes show. */
export function viewOf(job: KeptJob): ServerJob {
  return {
    id: job.id,
    token: job.token,
    payload: job.payload,
    get state() {
      return job.state;
    },
    get failureReason() {
      return job.failureReason;
    },
    get exitCode() {
      return job.exitCode;
    },
    get systemId() {
      return job.systemId;
    },
    get traceSize() {
      return job.trace.size();
    },
  };
}
