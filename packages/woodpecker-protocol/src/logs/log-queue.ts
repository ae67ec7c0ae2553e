import { deferred, linkSignals, type Deferred } from '@millrace/async';
import type { Clock, Logger } from '@millrace/core';
import { orAborted } from '../calls/or-aborted.ts';
import type { CallOptions, LogEntry } from '../client/server.ts';

/** A batch is sent at the latest so long after its first line. */
const longestWait = 1_000;
/** Bytes of encoded lines at which a batch is sent at once. */
const batchBytes = 1_048_576;
/** What an entry's fields besides its text take at most: tags, lengths, numbers, the step's uuid. */
const fieldBytes = 64;

/** What a log queue needs. */
export interface LogQueueOptions<Entry extends LogEntry = LogEntry> {
  readonly send: (entries: readonly LogEntry[], options: CallOptions) => Promise<void>;
  /** Lines that may wait; more have to be waited for. 0: each line is handed over. */
  readonly capacity: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of lines that the server has, in order. */
  readonly sent?: (entries: readonly Entry[]) => void;
}

/** Lines on their way to the server, of all steps, in the order they were added. */
export interface LogQueue<Entry extends LogEntry = LogEntry> {
  /** Adds a line; waits while the queue is full, so that whoever reads a log reads no faster than it is sent. */
  readonly add: (entry: Entry, options: CallOptions) => Promise<void>;
  /** Resolves when all that was added before has been sent, or given up. */
  readonly flushed: (options: CallOptions) => Promise<void>;
  /** Sends what waits, at once, and ends; when the signal aborts what is left is given up. */
  readonly close: (options: CallOptions) => Promise<void>;
}

/**
 * Starts a queue. A batch that the server refuses, or that could not be sent in the time of its retries, is given up
 * with a warning: the lines behind it still go.
 */
export function createLogQueue<Entry extends LogEntry = LogEntry>(
  options: LogQueueOptions<Entry>,
): LogQueue<Entry> {
  const { send, capacity, clock, logger, sent } = options;
  const over = new AbortController();
  const waiting: Entry[] = [];
  let arrived: Deferred<void> = deferred();
  let hurried: Deferred<void> = deferred();
  let room: Deferred<void> = deferred();
  let hurry = false;
  let added = 0;
  let settled = 0;
  const settlements = new Set<{ readonly upTo: number; readonly done: Deferred<void> }>();

  const settle = (count: number): void => {
    settled += count;
    for (const each of settlements)
      if (each.upTo <= settled) {
        settlements.delete(each);
        each.done.resolve();
      }
  };
  const takeBatch = async (): Promise<readonly Entry[]> => {
    while (waiting.length === 0) await orAborted(arrived.promise, over.signal);
    const due = clock.monotonic() + longestWait;
    while (sizeOf(waiting) < batchBytes && waiting.length < Math.max(1, capacity) && !hurry) {
      const left = due - clock.monotonic();
      if (left <= 0) break;
      await untilNews(left);
    }
    const batch = waiting.splice(0, fitting(waiting));
    if (waiting.length === 0) hurry = false;
    room.resolve();
    room = deferred();
    return batch;
  };
  const untilNews = async (milliseconds: number): Promise<void> => {
    const turn = linkSignals(over.signal);
    const time = clock.sleep(milliseconds, { signal: turn.signal }).catch(() => undefined);
    await Promise.race([arrived.promise, hurried.promise, time]);
    turn.abort(new Error('news'));
    turn.dispose();
    over.signal.throwIfAborted();
  };
  const run = async (): Promise<void> => {
    for (;;) {
      const batch = await takeBatch();
      try {
        await orAborted(send(batch, { signal: over.signal }), over.signal);
        sent?.(batch);
      } catch (failure) {
        if (over.signal.aborted) return;
        logger.warn('lines of the log could not be sent', {
          lines: batch.length,
          error: failure instanceof Error ? failure.message : String(failure),
        });
      }
      settle(batch.length);
    }
  };
  const running = run().catch(() => undefined);
  const flushed = async ({ signal }: CallOptions): Promise<void> => {
    if (settled === added) return;
    const done: Deferred<void> = deferred();
    settlements.add({ upTo: added, done });
    hurry = true;
    hurried.resolve();
    hurried = deferred();
    await orAborted(done.promise, signal);
  };
  return {
    add: async (entry, { signal }) => {
      while (waiting.length >= Math.max(1, capacity)) await orAborted(room.promise, signal);
      signal.throwIfAborted();
      waiting.push(entry);
      added += 1;
      arrived.resolve();
      arrived = deferred();
    },
    flushed,
    close: async (call) => {
      try {
        await flushed(call);
      } catch {
        logger.warn('lines of the log were left behind', { lines: added - settled });
      } finally {
        over.abort(new Error('the log queue is closed'));
        await running;
      }
    },
  };
}

const sizeOf = (entries: readonly LogEntry[]): number =>
  entries.reduce((sum, { data }) => sum + data.length + fieldBytes, 0);

/** How many entries make the next batch: as many as keep it below the limit, at least one. */
function fitting(entries: readonly LogEntry[]): number {
  let size = 0;
  const over = entries.findIndex(({ data }) => (size += data.length + fieldBytes) > batchBytes);
  return over < 0 ? entries.length : Math.max(1, over);
}
