import { RunnerError } from '@millrace/core';

/** A patch that cannot be applied; the message is in the words of the Kubernetes libraries. */
export function patchError(message: string): RunnerError {
  return new RunnerError(message, { code: 'MILLRACE_E_PATCH', kind: 'config' });
}
