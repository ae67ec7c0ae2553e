import { setImmediate } from 'node:timers/promises';
import { deferred, type Deferred, type FakeClock } from '@millrace/async';
import type { Transport } from '../transport/transport.ts';

/** A transport that knows whether anything is on its way. */
export interface Wire extends Transport {
  readonly isIdle: () => boolean;
  /** Resolves when nothing is on its way. */
  readonly idle: () => Promise<void>;
}

/** Counts the exchanges of a transport. */
export function watchWire(transport: Transport): Wire {
  let running = 0;
  let waiting: Deferred<void>[] = [];
  return {
    ...transport,
    exchange: async (request, options) => {
      running += 1;
      try {
        return await transport.exchange(request, options);
      } finally {
        running -= 1;
        if (running === 0) {
          for (const waiter of waiting) waiter.resolve();
          waiting = [];
        }
      }
    },
    isIdle: () => running === 0,
    idle: async () => {
      if (running === 0) return;
      const waiter: Deferred<void> = deferred();
      waiting.push(waiter);
      await waiter.promise;
    },
  };
}

/** Seconds that pass at once while nothing is on its way. */
const stride = 1_000;

/**
 * Lets fake time pass until some work has ended. Time stands still while a request is on its way, so it never matters how
 * long the machine takes for one.
 * @param before - awaited before time moves on: whatever else is real, such as a listener that comes back
 */
export async function passTime<T>(
  clock: FakeClock,
  wire: Wire,
  work: Promise<T>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  let isDone = false;
  const done = (): boolean => isDone;
  const settled = work.finally(() => {
    isDone = true;
  });
  // Its failure is that of the returned promise.
  settled.catch(() => undefined);
  while (!done()) {
    await Promise.race([wire.idle(), settled.catch(() => undefined)]);
    await before();
    await setImmediate();
    if (!done() && wire.isIdle()) await clock.advance(stride);
  }
  return settled;
}
