import { performance } from 'node:perf_hooks';
import type { Clock } from '@millrace/core';
import { sleepWith } from './sleep.ts';

/** `setTimeout` fires at once for longer delays. */
const longestTimer = 2 ** 31 - 1;

/** The machine's own time. Its timers keep the process alive. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (milliseconds, options) => sleepWith(after, milliseconds, options?.signal),
    after,
  };
}

function after(milliseconds: number, callback: () => void): () => void {
  let rest = milliseconds;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const step = Math.min(rest, longestTimer);
    rest -= step;
    timer = setTimeout(rest > 0 ? arm : callback, step);
  };
  arm();
  return () => clearTimeout(timer);
}
