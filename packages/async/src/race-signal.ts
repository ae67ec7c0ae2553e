import { deferred } from './deferred.ts';

/**
 * Waits for a promise until a signal aborts; leaves no listener behind.
 * @throws what the promise rejects with, or the signal's reason
 */
export function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = deferred<never>();
  const onAbort = (): void => stopped.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, stopped.promise]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
}
