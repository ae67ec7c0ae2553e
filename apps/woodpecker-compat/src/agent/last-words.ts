import type { Clock } from '@millrace/core';

/** Milliseconds for which the server may still be told something when the agent ends. */
export const lastWords = 5_000;
/** The same once the server did not answer in that time. */
const fewestWords = 500;

/** Makes a call; what it answers. */
export type LastWords = <T>(
  call: (options: { readonly signal: AbortSignal }) => Promise<T>,
) => Promise<T>;

/**
 * Makes calls that are made whatever comes, but not for long once the process is told to end: a server that is away must
 * not keep the agent from cleaning up. A call throws its own failure, or that its time was up.
 * @param interrupt - the process is told to end
 */
export function createLastWords(clock: Clock, interrupt: AbortSignal): LastWords {
  let patience = lastWords;
  return async (call) => {
    const late = new AbortController();
    let cancelTimer = (): void => undefined;
    const begin = (): void => {
      cancelTimer = clock.after(patience, () => {
        patience = fewestWords;
        late.abort(new Error('the agent ends'));
      });
    };
    if (interrupt.aborted) begin();
    else interrupt.addEventListener('abort', begin, { once: true });
    try {
      return await call({ signal: late.signal });
    } finally {
      interrupt.removeEventListener('abort', begin);
      cancelTimer();
    }
  };
}
