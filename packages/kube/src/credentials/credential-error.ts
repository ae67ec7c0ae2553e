import { RunnerError } from '@millrace/core';

/** An error about where credentials come from; `blame` is the setting, `hint` the fix. */
export function credentialError(
  message: string,
  fields: {
    readonly blame: string;
    readonly hint: string;
    readonly cause?: unknown;
    readonly details?: Readonly<Record<string, unknown>>;
  },
): RunnerError {
  return new RunnerError(message, {
    code: 'MILLRACE_E_KUBE_CREDENTIALS',
    kind: 'config',
    reason: 'configuration_error',
    ...fields,
  });
}
