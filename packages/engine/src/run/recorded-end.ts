import { RunnerError, toRunnerError, type RecordedEnd } from '@millrace/core';

/** Why a job was ended, as its record keeps it. */
export function recordedEnd(how: RecordedEnd['how'], reason: unknown): RecordedEnd {
  const { code, kind, reason: why, message, hint } = toRunnerError(reason);
  return { how, code, kind, reason: why, message, ...(hint === undefined ? {} : { hint }) };
}

/** The same as an error again. */
export const endError = ({ code, kind, reason, message, hint }: RecordedEnd): RunnerError =>
  new RunnerError(message, { code, kind, reason, ...(hint === undefined ? {} : { hint }) });
