import { deferred, type Deferred } from '@millrace/async';

/** Output of one channel on its way to its one reader. */
export interface OutputBuffer {
  readonly push: (data: Uint8Array) => void;
  readonly end: (error?: Error) => void;
  /** Throws away what is unread, and what comes. */
  readonly drop: () => void;
  readonly size: () => number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Keeps chunks in order until they are read. It takes whatever comes: the socket behind it is paused by its size.
 * @param onTaken - called when it got smaller
 */
export function createOutputBuffer(onTaken: () => void): OutputBuffer {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let waiting: Deferred<true> | undefined;
  let end: { readonly error: Error | undefined } | undefined;
  let dropped = false;

  const wake = (): void => {
    waiting?.resolve(true);
    waiting = undefined;
  };
  const take = (): Uint8Array | undefined => {
    if (chunks.length === 0) return undefined;
    const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
    chunks = [];
    size = 0;
    onTaken();
    return all;
  };
  const drop = (): void => {
    dropped = true;
    take();
  };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const data = take();
        if (data !== undefined) {
          yield data;
        } else if (end !== undefined) {
          if (end.error !== undefined) throw end.error;
          return;
        } else {
          waiting = deferred<true>();
          await waiting.promise;
        }
      }
    } finally {
      drop();
    }
  }
  return {
    push: (data) => {
      if (dropped || end !== undefined) return;
      chunks.push(data);
      size += data.length;
      wake();
    },
    end: (error) => {
      end ??= { error };
      wake();
    },
    drop,
    size: () => size,
    bytes: read(),
  };
}
