import { deferred, type Deferred } from '@millrace/async';
import type { LogRouter, LogSink } from './log-router.ts';

/** Delivery of log bytes that belong to no stage that runs. */
export interface CatchUp {
  /** See `DriverSession.catchUp`. */
  readonly run: (end: number, sink: LogSink, signal: AbortSignal) => Promise<void>;
  /** Whenever something was delivered. */
  readonly check: () => void;
  readonly end: (error: Error) => void;
}

/** @param router - where the bytes come from */
export function createCatchUp(router: LogRouter): CatchUp {
  let waiting: { readonly end: number; readonly done: Deferred<void> } | undefined;
  const check = (): void => {
    if (waiting !== undefined && router.delivered() >= waiting.end) waiting.done.resolve();
  };
  return {
    run: async (end, sink, signal) => {
      signal.throwIfAborted();
      const done: Deferred<void> = deferred();
      waiting = { end, done };
      const onAbort = (): void => done.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const detach = router.attach(sink, done.reject, () => end);
      check();
      try {
        await done.promise;
      } finally {
        signal.removeEventListener('abort', onAbort);
        detach();
        waiting = undefined;
      }
    },
    check,
    end: (error) => waiting?.done.reject(error),
  };
}
