import type { Clock } from '@millrace/core';

/** How often the server is told again how a workflow ended. */
const againEvery = 5_000;

/** Ends of workflows that the server could not be told in time. */
export interface LateEnds {
  /** Tells again, from time to time, until it is told or the agent ends. @param tell - whether nothing is left to tell */
  readonly add: (tell: () => Promise<boolean>) => void;
  /** Resolves when nothing is told any more, which is soon after the signal has aborted. */
  readonly settled: () => Promise<void>;
}

/** @param signal - the agent ends */
export function createLateEnds({
  clock,
  signal,
}: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): LateEnds {
  const telling = new Set<Promise<void>>();
  const untilTold = async (tell: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      await clock.sleep(againEvery, { signal });
      if (await tell()) return;
    }
  };
  return {
    add: (tell) => {
      if (signal.aborted) return;
      // What is not told when the agent ends is in its records.
      const work = untilTold(tell)
        .catch(() => undefined)
        .finally(() => telling.delete(work));
      telling.add(work);
    },
    settled: async () => {
      await Promise.all(telling);
    },
  };
}
