import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@millrace/core';
import { sleepWith } from './sleep.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /**
   * Moves time on and runs the timers that come due, in order of their time, those of the same time in the order in
   * which they were set, also those set meanwhile. Before the first, between two, and after the last, one turn of the
   * event loop passes, so promise chains settle; work that waits for real input or output is not waited for.
   */
  readonly advance: (milliseconds: number) => Promise<void>;
  /** Timers that were set and have neither run nor been cancelled. */
  readonly pending: () => number;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Time for tests. `now` starts at `start` (milliseconds since the epoch), `monotonic` at 0. */
export function createFakeClock(start = 0): FakeClock {
  const timers = new Set<Timer>();
  let elapsed = 0;
  const after: Clock['after'] = (milliseconds, callback) => {
    const timer = { due: elapsed + Math.max(0, milliseconds), callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const nextDue = (limit: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers)
      if (timer.due <= limit && (next === undefined || timer.due < next.due)) next = timer;
    return next;
  };
  const advance = async (milliseconds: number): Promise<void> => {
    const target = elapsed + milliseconds;
    await setImmediate();
    for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
      timers.delete(timer);
      elapsed = Math.max(elapsed, timer.due);
      timer.callback();
      await setImmediate();
    }
    elapsed = Math.max(elapsed, target);
  };
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: (milliseconds, options) => sleepWith(after, milliseconds, options?.signal),
    after,
    advance,
    pending: () => timers.size,
  };
}
