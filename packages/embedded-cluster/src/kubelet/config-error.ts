import { RunnerError } from '@millrace/core';

/** A container that cannot be made from its spec; becomes its waiting reason. */
export const configError = (message: string): RunnerError =>
  new RunnerError(message, {
    code: 'MILLRACE_E_CONTAINER_CONFIG',
    kind: 'user',
    reason: 'CreateContainerConfigError',
  });
