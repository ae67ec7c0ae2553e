import { RunnerError } from '@millrace/core';

/** Knows how many bytes of a log were delivered. */
export interface OffsetTracker {
  /** Bytes delivered so far; where to resume. */
  readonly position: () => number;
  /**
   * Takes bytes that stand at `offset` of the log and counts them.
   * @returns the part that was not delivered before
   * @throws RunnerError `MILLRACE_E_LOG_GAP` when bytes between were never seen
   */
  readonly accept: (offset: number, bytes: Uint8Array) => Uint8Array;
}

/**
 * Makes resumed reads exact: a reader that begins again a little earlier repeats nothing, and one that begins later is
 * found out.
 * @param delivered - where an earlier reader stopped
 */
export function createOffsetTracker(delivered = 0): OffsetTracker {
  let position = delivered;
  return {
    position: () => position,
    accept: (offset, bytes) => {
      if (offset > position) throw gap(position, offset);
      const fresh = bytes.subarray(Math.min(bytes.length, position - offset));
      position += fresh.length;
      return fresh;
    },
  };
}

function gap(position: number, offset: number): RunnerError {
  return new RunnerError(
    `the log continues at byte ${offset}, but only ${position} bytes were delivered`,
    {
      code: 'MILLRACE_E_LOG_GAP',
      kind: 'system',
      retry: 'operation',
      hint: 'Read the log again from the position that was delivered.',
      details: { position, offset },
    },
  );
}
