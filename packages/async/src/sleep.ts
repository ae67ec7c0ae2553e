import { addAbortListener } from 'node:events';
import type { Clock } from '@millrace/core';
import { deferred, type Deferred } from './deferred.ts';

/** {@link Clock.sleep} on top of {@link Clock.after}. */
export async function sleepWith(
  after: Clock['after'],
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const slept: Deferred<void> = deferred();
  const cancel = after(milliseconds, () => {
    listener?.[Symbol.dispose]();
    slept.resolve();
  });
  const listener =
    signal &&
    addAbortListener(signal, () => {
      cancel();
      slept.reject(signal.reason);
    });
  await slept.promise;
}
