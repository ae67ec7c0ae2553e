import type { Cancellable } from '../calls/cancellable.ts';
/** The rendered log of a job, as far as it is written: masked, valid UTF-8, cut at its limit. It only grows. */
export interface TraceSource {
  /** Bytes so far; never fewer than before. */
  readonly size: () => number;
  /**
   * Bytes from an offset: at least 1 where there are any, at most `max`, the same ones each time.
   * @param from - below {@link TraceSource.size}
   */
  readonly read: (from: number, max: number, options: Cancellable) => Promise<Uint8Array>;
}
