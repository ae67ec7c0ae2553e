import { RunnerError } from '@millrace/core';

/** A volume that cannot be set up now; the kubelet says `FailedMount` and tries again. */
export const volumeError = (message: string): RunnerError =>
  new RunnerError(message, { code: 'MILLRACE_E_VOLUME', kind: 'user', reason: 'FailedMount' });
