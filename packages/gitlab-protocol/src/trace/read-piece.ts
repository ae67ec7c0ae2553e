import { RunnerError, toRunnerError } from '@millrace/core';
import type { Cancellable } from '../calls/cancellable.ts';
import type { TraceSource } from './trace-source.ts';

/**
 * Reads from a log, and insists on bytes.
 * @throws RunnerError `MILLRACE_E_TRACE_UNREADABLE`
 * @throws the signal's reason when it aborts
 */
export async function readPiece(
  source: TraceSource,
  from: number,
  max: number,
  { signal }: Cancellable,
): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await source.read(from, max, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(from, toRunnerError(error).message);
  }
  if (bytes.length === 0) throw unreadable(from, 'it is shorter than it was');
  return bytes;
}

function unreadable(from: number, why: string): RunnerError {
  return new RunnerError(`the log of the job cannot be read at byte ${from}: ${why}`, {
    code: 'MILLRACE_E_TRACE_UNREADABLE',
    kind: 'system',
    retry: 'operation',
    hint: "Look at the disk of the runner's state directory, and at who else writes there.",
    details: { from },
  });
}
