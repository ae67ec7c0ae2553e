import type { Deferred } from '@millrace/async';
import type { RunnerError } from '@millrace/core';
import type { Connection } from './connection.ts';
import type { ControlLine, ExitRecord } from './control-line.ts';
import { requestFailed, resultUnknown, stageTaken } from './errors.ts';
import { stopRequest, type Request } from './request.ts';

/** A stage that was asked for and has not come to its end here. */
export interface OpenStage {
  readonly nonce: string;
  readonly name: string;
  readonly attempt: number;
  readonly container: string;
}

/** What is known about an open stage. */
export interface StageEntry extends OpenStage {
  /** What a new connection has to be told. */
  readonly run: Request;
  readonly stop: { request: Request | undefined };
  readonly onStarted: ((seconds: number) => void) | undefined;
  /** The exit record, or `stopped` when the driver never began. */
  readonly outcome: Deferred<ExitRecord | 'stopped'>;
}

/** The open stages of a session, and what the pod says about them. */
export interface StageBoard {
  readonly add: (entry: StageEntry) => void;
  readonly remove: (nonce: string) => void;
  /** Asks for a stage to be ended, now and on every later connection. */
  readonly stop: (
    name: string,
    attempt: number,
    graceMs: number,
    connection: Connection | undefined,
  ) => void;
  readonly open: () => readonly StageEntry[];
  /** Whether the exit record has come, though perhaps not all of the output. */
  readonly hasExited: (nonce: string) => boolean;
  /** Whether its driver has started it, as far as the pod has told. */
  readonly hasBegun: (nonce: string) => boolean;
  /** Where its output ends; infinity as long as nobody knows. */
  readonly logEndOf: (nonce: string) => number;
  readonly onLine: (line: ControlLine) => void;
  /** Settles stages whose record is there and whose output has been delivered. */
  readonly onDelivered: () => void;
  /** Resolves when no stage has a record whose output is still on its way. */
  readonly settled: () => Promise<void>;
  /** No more news will come: records that are there count, all else fails. */
  readonly endAll: (errorOf: (stage: OpenStage) => RunnerError) => void;
}

/** How a stage ended, or why it did not begin. */
type StageRecord = Extract<ControlLine, { readonly kind: 'exit' | 'lost' | 'not-started' }>;

/** @param delivered - log bytes delivered so far */
export function createStageBoard(delivered: () => number): StageBoard {
  const entries = new Map<string, StageEntry>();
  // Also of stages nobody has asked for yet: a session begins by telling all records, and only then its user resumes.
  const records = new Map<string, StageRecord>();
  /** Seconds since the epoch, by the container's clock. */
  const starts = new Map<string, number>();

  const exitOf = (nonce: string): ExitRecord | undefined => {
    const record = records.get(nonce);
    return record?.kind === 'exit' ? record.exit : undefined;
  };
  const onDelivered = (): void => {
    for (const entry of entries.values()) {
      const exit = exitOf(entry.nonce);
      if (exit !== undefined && delivered() >= exit.logEnd) entry.outcome.resolve(exit);
    }
  };
  const settle = (entry: StageEntry, record: StageRecord): void => {
    if (record.kind === 'exit') onDelivered();
    else if (record.kind === 'lost')
      entry.outcome.reject(resultUnknown(entry.name, 'the driver was restarted while it ran'));
    else if (record.reason === 'stopped') entry.outcome.resolve('stopped');
    else entry.outcome.reject(stageTaken(entry.name, entry.attempt));
  };
  const onLine = (line: ControlLine): void => {
    if (line.kind === 'fail') {
      const entry = entries.get(line.id);
      entry?.outcome.reject(requestFailed(`stage ${entry.name}`, line.message));
    } else if (line.kind === 'started') {
      starts.set(line.nonce, line.startedAt);
      entries.get(line.nonce)?.onStarted?.(line.startedAt);
    } else if (line.kind === 'exit' || line.kind === 'lost' || line.kind === 'not-started') {
      records.set(line.nonce, line);
      const entry = entries.get(line.nonce);
      if (entry !== undefined) settle(entry, line);
    }
  };
  return {
    add: (entry) => {
      entries.set(entry.nonce, entry);
      const startedAt = starts.get(entry.nonce);
      if (startedAt !== undefined) entry.onStarted?.(startedAt);
      const record = records.get(entry.nonce);
      if (record !== undefined) settle(entry, record);
    },
    remove: (nonce) => void entries.delete(nonce),
    stop: (name, attempt, graceMs, connection) => {
      for (const entry of entries.values()) {
        if (entry.name !== name || entry.attempt !== attempt) continue;
        entry.stop.request = stopRequest(entry.nonce, entry.container, Math.ceil(graceMs / 1000));
        void connection?.send([entry.stop.request]).catch(() => undefined);
      }
    },
    open: () => [...entries.values()],
    hasExited: (nonce) => exitOf(nonce) !== undefined,
    hasBegun: (nonce) => starts.has(nonce) || exitOf(nonce) !== undefined,
    logEndOf: (nonce) => exitOf(nonce)?.logEnd ?? Number.POSITIVE_INFINITY,
    onLine,
    onDelivered,
    settled: async () => {
      const ended = [...entries.values()].filter(({ nonce }) => exitOf(nonce) !== undefined);
      await Promise.allSettled(ended.map(({ outcome }) => outcome.promise));
    },
    endAll: (errorOf) => {
      for (const entry of entries.values()) {
        const exit = exitOf(entry.nonce);
        if (exit === undefined) entry.outcome.reject(errorOf(entry));
        else entry.outcome.resolve(exit);
      }
    },
  };
}
