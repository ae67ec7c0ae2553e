import { status as codes } from '@grpc/grpc-js';
import { isRunnerError, RunnerError } from '@millrace/core';

/** A gRPC status by its name, `UNAVAILABLE`. */
export type StatusName = keyof typeof codes;

/** Names of the codes, as gRPC numbers them. */
export const statusName = (code: number): StatusName =>
  (codes[code] as StatusName | undefined) ?? 'UNKNOWN';

/** What the server, or the way to it, said to a call. */
export function callError(call: string, code: StatusName, message: string): RunnerError {
  return new RunnerError(`${call}: ${message} (${code})`, {
    code: 'MILLRACE_E_WOODPECKER_CALL',
    kind: 'system',
    retry: isRetried(code) ? 'operation' : 'never',
    details: { call, status: code, message },
    ...hints(call, code),
  });
}

/** The status of a failed call; undefined for every other error. */
export function statusOf(error: unknown): StatusName | undefined {
  if (!isRunnerError(error) || error.code !== 'MILLRACE_E_WOODPECKER_CALL') return undefined;
  return error.details['status'] as StatusName;
}

/** The server's own words in a failed call. */
export function serverWords(error: unknown): string {
  if (!isRunnerError(error)) return String(error);
  const { message } = error.details;
  return typeof message === 'string' ? message : error.message;
}

const retried: ReadonlySet<StatusName> = new Set([
  'ABORTED',
  'DATA_LOSS',
  'DEADLINE_EXCEEDED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
]);

/** Whether a call that ended so is made again; everything else is the server's last word. */
export const isRetried = (code: StatusName): boolean => retried.has(code);

function hints(call: string, code: StatusName): { readonly hint?: string } {
  switch (code) {
    case 'UNAVAILABLE':
      return {
        hint: 'check the address of the server, its gRPC port, and whether TLS is expected',
      };
    case 'UNAUTHENTICATED':
      return { hint: 'check the agent’s secret' };
    case 'RESOURCE_EXHAUSTED':
      return { hint: 'a message is larger than 4 MiB: make the workflow smaller' };
    case 'FAILED_PRECONDITION':
      return {
        hint: 'use releases of server and agent that speak the same version of the protocol',
      };
    // A server has no status of its own for whom it does not know.
    case 'UNKNOWN':
      return call === 'Auth'
        ? {
            hint: 'check WOODPECKER_AGENT_SECRET; when it is right, the server no longer knows the id in WOODPECKER_AGENT_CONFIG_FILE',
          }
        : {};
    default:
      return {};
  }
}
