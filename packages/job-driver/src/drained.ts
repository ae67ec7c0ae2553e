import { deferred, type Deferred } from '@millrace/async';

/** The part of a tar-stream sink that {@link drained} listens to. */
export interface Drainable {
  readonly destroyed: boolean;
  readonly destroying: boolean;
  readonly on: (event: 'drain' | 'close', listener: () => void) => unknown;
  readonly off: (event: 'drain' | 'close', listener: () => void) => unknown;
}

/**
 * Resolves when the sink takes more.
 * @throws Error when it is closed instead
 */
export function drained(sink: Drainable): Promise<void> {
  const { promise, resolve, reject }: Deferred<void> = deferred();
  const onClose = (): void => reject(new Error('nobody reads the archive any more'));
  if (sink.destroyed || sink.destroying) onClose();
  sink.on('drain', resolve);
  sink.on('close', onClose);
  return promise.finally(() => {
    sink.off('drain', resolve);
    sink.off('close', onClose);
  });
}
