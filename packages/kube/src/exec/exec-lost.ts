import { RunnerError, type ExecRequest } from '@millrace/core';

/** The connection ended without saying how the command did: nobody may guess. */
export function execLost(request: ExecRequest, how: string): RunnerError {
  const { namespace, pod, container } = request;
  return new RunnerError(
    `exec in ${namespace}/${pod} container ${container}: the connection ended without a status (${how})`,
    {
      code: 'MILLRACE_E_EXEC_LOST',
      kind: 'system',
      reason: 'exec_lost',
      retry: 'operation',
      hint: 'The command may still run. API server restarts and proxies end such connections.',
      details: { namespace, pod, container, how },
    },
  );
}
