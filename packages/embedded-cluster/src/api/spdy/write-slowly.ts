import type { Writable } from 'node:stream';

/**
 * Makes a way to write that resolves when the stream takes more. Many may write at once: they wait together. Nothing
 * happens once the stream can no longer be written to.
 */
export function createSlowWriter(stream: Writable): (data: Uint8Array) => Promise<void> {
  let drained: Promise<void> | undefined;
  const drain = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        stream.off('drain', done);
        // A connection that breaks drains no more.
        stream.off('close', done);
        drained = undefined;
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
    });
  return async (data) => {
    if (!stream.writable || stream.write(data)) return;
    drained ??= drain();
    await drained;
  };
}
