import { isRunnerError, RunnerError } from '@millrace/core';
import { describe, type ApiRequest } from './api-request.ts';

/**
 * No answer in time; the server may have carried the call out.
 * @param last - how the try before ended: its way out is the one that helps
 */
export function timeoutError(
  request: Pick<ApiRequest, 'verb' | 'resource' | 'name'>,
  milliseconds: number,
  last?: unknown,
): RunnerError {
  const before = last instanceof Error ? `; before that: ${last.message}` : '';
  return new RunnerError(`${describe(request)}: no answer within ${milliseconds} ms${before}`, {
    code: 'MILLRACE_E_KUBE_TIMEOUT',
    kind: 'timeout',
    reason: 'api_unreachable',
    retry: 'operation',
    hint: (isRunnerError(last) ? last.hint : undefined) ?? 'The API server or the network is slow.',
    details: { milliseconds, processed: true },
    ...(last === undefined ? {} : { cause: last }),
  });
}

/** Whether an error is that of a deadline of ours, which knows no call. */
export function isDeadline(error: unknown): boolean {
  return isRunnerError(error) && error.code === 'MILLRACE_E_DEADLINE';
}
