import { setImmediate } from 'node:timers/promises';
import { deferred, type Deferred, type FakeClock } from '@millrace/async';
import type { Transport } from '../transport/transport.ts';

/** A transport that knows whether anything is on its way. */
export interface Wire extends Transport {
  readonly isIdle: () => boolean;
  /** Resolves when nothing is on its way. */
  readonly idle: () => Promise<void>;
  /** Resolves when nothing is on its way, and what follows from the last answer at once is done too. */
  readonly settled: () => Promise<void>;
}

/** Counts the exchanges of a transport. */
export function watchWire(transport: Transport): Wire {
  let running = 0;
  let waiting: Deferred<void>[] = [];
  const idle = async (): Promise<void> => {
    if (running === 0) return;
    const waiter: Deferred<void> = deferred();
    waiting.push(waiter);
    await waiter.promise;
  };
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
    idle,
    settled: async () => {
      do {
        await idle();
        await setImmediate();
      } while (running > 0);
    },
  };
}

/** Fake time after which work counts as stuck; longer than the longest pauses of a final update add up to in a test. */
const longestWork = 12 * 3_600_000;

/** What {@link passTime} works with. */
export interface TimeKeeper {
  readonly clock: FakeClock;
  readonly wire: Wire;
  /** Awaited before time moves on: whatever else is real, such as a listener that comes back. */
  readonly before: () => Promise<unknown>;
}

/**
 * Lets fake time pass until some work has ended. Time stands still while a request is on its way, so it never matters how
 * long the machine takes for one.
 * @param stride - milliseconds that pass at once; the work may end in the middle
 */
export async function passTime<T>(
  { clock, wire, before }: TimeKeeper,
  work: Promise<T>,
  stride: number,
): Promise<T> {
  let isDone = false;
  const done = (): boolean => isDone;
  const settled = work.finally(() => {
    isDone = true;
  });
  // Its failure is that of the returned promise.
  settled.catch(() => undefined);
  const stuckAt = clock.monotonic() + longestWork;
  while (!done()) {
    if (clock.monotonic() > stuckAt) throw new Error('nothing came of it in 12 hours of fake time');
    await Promise.race([wire.idle(), settled.catch(() => undefined)]);
    await before();
    await setImmediate();
    if (!done() && wire.isIdle()) await clock.advance(stride);
  }
  return settled;
}
