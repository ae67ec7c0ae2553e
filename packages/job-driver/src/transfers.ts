import { createAsyncQueue, deferred, type AsyncQueue, type Deferred } from '@millrace/async';
import type { Random, RunnerError } from '@millrace/core';
import type { Connection } from './connection.ts';
import type { ControlLine } from './control-line.ts';
import { requestFailed } from './errors.ts';
import type { LogRouter } from './log-router.ts';
import {
  chunkFrame,
  dropRequest,
  fetchRequest,
  packRequest,
  syncRequest,
  unpackRequest,
  type Request,
} from './request.ts';

/** Bytes on their way from the pod. */
export interface PackedFiles {
  /** A tar; empty when nothing matched. Unread bytes hold back the log: read it to its end, or leave it. */
  readonly stream: AsyncIterable<Uint8Array>;
  readonly size: number;
  /** Patterns that matched nothing. */
  readonly unmatched: readonly string[];
}

/** Files into the pod and out of it, through the session's connections. */
export interface Transfers {
  readonly unpack: (
    open: () => AsyncIterable<Uint8Array>,
    directory: string,
    signal: AbortSignal,
    onProgress?: (bytes: number) => void,
  ) => Promise<void>;
  readonly pack: (
    directory: string,
    patterns: readonly string[],
    signal: AbortSignal,
  ) => Promise<PackedFiles>;
  /** Resolves once the session has told all records it has. */
  readonly sync: () => Promise<void>;
  readonly onOpen: (connection: Connection) => void;
  readonly onLine: (line: ControlLine) => void;
  /** Standard output: the log's bytes go to the router, a blob's to whoever asked for it. */
  readonly take: (bytes: Uint8Array) => Promise<void>;
  readonly endAll: (error: RunnerError) => void;
}

interface Waiter {
  readonly what: string;
  /** Told again to every new connection. */
  readonly resend: (connection: Connection) => void;
  readonly reply: Deferred<ControlLine>;
  readonly onProgress: (bytes: number) => void;
}

interface Blob {
  readonly id: string;
  readonly size: number;
  readonly at: { value: number };
  readonly queue: AsyncQueue<Uint8Array>;
  /** Resolves when nobody wants the rest: then it is thrown away as it comes, so that the log goes on. */
  readonly unwanted: Promise<void>;
  /** Gives the log its way back, and forgets the signal. */
  readonly release: () => void;
  taken: number;
}

const chunkSize = 256 * 1024;
const uploadTries = 5;

/** @param connection - the present connection, if any */
export function createTransfers(
  router: LogRouter,
  random: Random,
  connection: () => Connection | undefined,
): Transfers {
  const waiters = new Map<string, Waiter>();
  let blob: Blob | undefined;

  const tell = (to: Connection | undefined, requests: AsyncIterable<Request> | Iterable<Request>) =>
    void to?.send(requests).catch(() => undefined);

  /** Sends on this and every later connection until a reply came. */
  const ask = async (
    id: string,
    what: string,
    signal: AbortSignal | undefined,
    requests: () => AsyncIterable<Request> | Iterable<Request>,
    onProgress: (bytes: number) => void = () => undefined,
  ): Promise<ControlLine> => {
    signal?.throwIfAborted();
    const waiter: Waiter = {
      what,
      resend: (to) => tell(to, requests()),
      reply: deferred(),
      onProgress,
    };
    const onAbort = (): void => waiter.reply.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    waiters.set(id, waiter);
    const now = connection();
    if (now !== undefined) waiter.resend(now);
    try {
      return await waiter.reply.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      waiters.delete(id);
    }
  };

  const unpack: Transfers['unpack'] = async (open, directory, signal, onProgress) => {
    const id = random.name(12);
    const what = `unpacking into ${directory}`;
    let tries = 0;
    const frames = async function* (): AsyncIterable<Request> {
      tries += 1;
      if (tries > uploadTries) {
        const problem = requestFailed(what, `the connection was lost ${uploadTries} times`);
        waiters.get(id)?.reply.reject(problem);
        return;
      }
      yield unpackRequest(id, directory);
      try {
        for await (const bytes of open()) {
          signal.throwIfAborted();
          for (let at = 0; at < bytes.length; at += chunkSize)
            yield chunkFrame(bytes.subarray(at, at + chunkSize));
        }
      } catch (error) {
        // The source is broken, not the connection; the half-sent upload ends with the connection.
        waiters.get(id)?.reply.reject(error);
        throw error;
      }
      yield chunkFrame(new Uint8Array());
    };
    await ask(id, what, signal, frames, onProgress);
  };

  const pack: Transfers['pack'] = async (directory, patterns, signal) => {
    const id = random.name(12);
    const what = `packing files of ${directory}`;
    const unlift = router.lift();
    const ready = await ask(id, what, signal, () => [packRequest(id, directory, patterns)]).catch(
      (error: unknown) => {
        unlift();
        // The pod would wait for somebody to fetch them, and the log with it.
        tell(connection(), [dropRequest(id)]);
        throw error;
      },
    );
    if (ready.kind !== 'packed') throw requestFailed(what, `answered ${ready.kind}`);
    const { size, at, unmatched } = ready;
    const queue = createAsyncQueue<Uint8Array>({ limit: 8 });
    const unwanted: Deferred<void> = deferred();
    const onAbort = (): void => {
      queue.fail(signal.reason);
      unwanted.resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const release = (): void => {
      signal.removeEventListener('abort', onAbort);
      unlift();
    };
    const current: Blob = {
      id,
      size,
      at: { value: at },
      queue,
      unwanted: unwanted.promise,
      release,
      taken: 0,
    };
    blob = current;
    tell(connection(), [fetchRequest(id, 0)]);
    if (size === 0) finishBlob(current);
    return {
      stream: current.queue,
      size,
      unmatched: unmatched.map((index) => patterns[index] ?? ''),
    };
  };
  const blobLeft = (): number => (blob === undefined ? 0 : blob.size - blob.taken);
  const takeBlob = async (part: Uint8Array): Promise<void> => {
    if (blob === undefined) return;
    const mine = blob;
    mine.taken += part.length;
    await Promise.race([mine.queue.push(part), mine.unwanted]);
    if (mine.taken === mine.size) finishBlob(mine);
  };
  const finishBlob = (done: Blob): void => {
    if (blob === done) blob = undefined;
    done.queue.end();
    done.release();
    tell(connection(), [dropRequest(done.id)]);
  };

  return {
    unpack,
    pack,
    sync: async () => {
      const id = random.name(12);
      await ask(id, 'reading the exit records', undefined, () => [syncRequest(id)]);
    },
    onOpen: (opened) => {
      for (const waiter of waiters.values()) waiter.resend(opened);
      // Its announcement comes again and says from which log byte on; until then all bytes are the log's.
      if (blob === undefined) return;
      blob.at.value = Number.POSITIVE_INFINITY;
      tell(opened, [packRequest(blob.id, '/', [])]);
    },
    onLine: (line) => {
      if (line.kind === 'packed' && line.id === blob?.id) {
        blob.at.value = line.at;
        tell(connection(), [fetchRequest(blob.id, blob.taken)]);
        return;
      }
      if (!('id' in line)) return;
      const waiter = waiters.get(line.id);
      if (line.kind === 'progress') waiter?.onProgress(line.bytes);
      else if (line.kind === 'fail') waiter?.reply.reject(requestFailed(waiter.what, line.message));
      else waiter?.reply.resolve(line);
    },
    take: async (bytes) => {
      let rest = bytes;
      while (rest.length > 0) {
        const logBytes = blob === undefined ? rest.length : blob.at.value - router.received();
        const part = rest.subarray(0, logBytes > 0 ? logBytes : blobLeft());
        // In order, and no faster than the one who takes them.
        await (logBytes > 0 ? router.take(part) : takeBlob(part));
        rest = rest.subarray(part.length);
      }
    },
    endAll: (error) => {
      for (const waiter of waiters.values()) waiter.reply.reject(error);
      blob?.queue.fail(error);
      blob = undefined;
    },
  };
}
