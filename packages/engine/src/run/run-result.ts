import type { JobResult } from '@millrace/core';
import type { GuardedEmit } from './guard-emit.ts';
import type { Leftover } from './sweep.ts';

/** How a job ended, and what of it is still there. */
export interface RunResult extends JobResult {
  /** Objects that could not be deleted; absent when all are gone. The job's record still names them. */
  readonly leftovers?: readonly Leftover[];
}

/** A result with what is still there. Pure. */
export const withLeftovers = (result: JobResult, leftovers: readonly Leftover[]): RunResult =>
  leftovers.length === 0 ? result : { ...result, leftovers };

/** Tells of objects that could not be deleted. */
export async function tellLeftovers(
  { emit }: Pick<GuardedEmit, 'emit'>,
  leftovers: readonly Leftover[],
): Promise<void> {
  for (const { object, message } of leftovers)
    await emit({ type: 'trouble', message: `Error cleaning up ${object}: ${message}` });
}
