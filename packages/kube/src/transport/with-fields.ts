import { RunnerError, type RunnerErrorFields } from '@millrace/core';

/** The same error with other fields; details are added to those that it has. */
export function withFields(
  error: RunnerError,
  { details = {}, ...fields }: Partial<RunnerErrorFields>,
): RunnerError {
  const { code, kind, reason, retry, cause, hint, blame } = error;
  return new RunnerError(error.message, {
    code,
    kind,
    reason,
    retry,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(blame === undefined ? {} : { blame }),
    ...fields,
    details: { ...error.details, ...details },
  });
}
