import { linkSignals } from '@millrace/async';
import type { Clock } from '@millrace/core';

/** How long something may still be told once the process is told to end. */
const patience = 5_000;
/** How long when that was in vain before: nobody waits for a server that is away, call after call. */
const lessPatience = 500;

/** Makes a call that may be tried again for long. When the process is told to end, or was before, it has a last few seconds. */
export type LastWords = <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** @param interrupt - the process is told to end */
export function createLastWords({
  clock,
  interrupt,
}: {
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
}): LastWords {
  let wasInVain = false;
  return async (call) => {
    const limit = linkSignals();
    let cancelTimer = (): void => undefined;
    const begin = (): void => {
      cancelTimer = clock.after(wasInVain ? lessPatience : patience, () => {
        wasInVain = true;
        limit.abort(new Error('the server did not answer before the agent had to end'));
      });
    };
    if (interrupt.aborted) begin();
    else interrupt.addEventListener('abort', begin, { once: true });
    try {
      return await call(limit.signal);
    } finally {
      interrupt.removeEventListener('abort', begin);
      cancelTimer();
      limit.dispose();
    }
  };
}
