import { deferred, linkSignals, raceSignal, type Deferred } from '@millrace/async';
import type { Clock, Logger } from '@millrace/core';
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
  /** Told of lines that the server has, in order; the next batch goes when it has noted them. Does not throw. */
  readonly sent?: (entries: readonly Entry[]) => void | Promise<void>;
}

/** Lines on their way to the server, of all steps, in the order they were added. */
export interface LogQueue<Entry extends LogEntry = LogEntry> {
  /**
   * Adds a line; waits while the queue is full, so that whoever reads a log reads no faster than it is sent.
   * @throws Error when the queue is closed
   */
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
  /** What the next call carries: taken from those that wait, which makes room for others. */
  let batch: Entry[] = [];
  let size = 0;
  let arrived: Deferred<void> = deferred();
  let hurried: Deferred<void> = deferred();
  let room: Deferred<void> = deferred();
  let hurry = false;
  let isClosed = false;
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
  /** Moves what fits into the batch; whether it is full. */
  const fill = (): boolean => {
    let moved = false;
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const bytes = next.data.length + fieldBytes;
      if (batch.length > 0 && size + bytes > batchBytes) break;
      waiting.shift();
      batch.push(next);
      size += bytes;
      moved = true;
    }
    if (moved) {
      room.resolve();
      room = deferred();
    }
    return waiting.length > 0 || size >= batchBytes;
  };
  const nextBatch = async (): Promise<readonly Entry[]> => {
    while (waiting.length === 0) await raceSignal(arrived.promise, over.signal);
    const due = clock.monotonic() + longestWait;
    while (!fill() && !hurry) {
      const left = due - clock.monotonic();
      if (left <= 0) break;
      await untilNews(left);
    }
    const taken = batch;
    batch = [];
    size = 0;
    if (waiting.length === 0) hurry = false;
    return taken;
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
      const taken = await nextBatch();
      try {
        await raceSignal(send(taken, { signal: over.signal }), over.signal);
        await sent?.(taken);
      } catch (failure) {
        if (over.signal.aborted) return;
        logger.warn('lines of the log could not be sent', {
          lines: taken.length,
          error: failure instanceof Error ? failure.message : String(failure),
        });
      }
      settle(taken.length);
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
    await raceSignal(done.promise, signal);
  };
  return {
    add: async (entry, { signal }) => {
      while (waiting.length >= Math.max(1, capacity) && !isClosed)
        await raceSignal(room.promise, signal);
      signal.throwIfAborted();
      if (isClosed) throw new Error('the log queue is closed');
      waiting.push(entry);
      added += 1;
      arrived.resolve();
      arrived = deferred();
    },
    flushed,
    close: async (call) => {
      isClosed = true;
      room.resolve();
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
