import { RunnerError, type JsonObject } from '@millrace/core';
import { describe, type ApiRequest } from './api-request.ts';
import { statusTable, type StatusRow } from './status-table.ts';

/** What an error answer consists of. */
export interface ErrorAnswer {
  readonly httpStatus: number;
  readonly body: string;
  /** Milliseconds of `Retry-After`, when the server named them. */
  readonly retryAfter?: number;
}

/** The part of the API's `Status` object that is looked at. */
export interface ApiStatus extends JsonObject {
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
}

/** Longest part of a foreign error page that a message repeats. */
const longestPage = 200;

/**
 * Turns an error answer into a typed error. `details` carries `status` (the raw `Status`, or one made from what a
 * proxy answered), `httpStatus`, `processed` and, when the server named a pause, `retryAfter` in milliseconds.
 * Request headers are not an input, so none can end up in a message.
 */
export function classifyStatus(
  request: Pick<ApiRequest, 'verb' | 'resource' | 'name'>,
  answer: ErrorAnswer,
): RunnerError {
  const { httpStatus, retryAfter } = answer;
  const status = parseStatus(answer);
  const found = statusTable.find((row) => applies(row, status, httpStatus, request));
  const text = status.message ?? '';
  return new RunnerError(
    `${describe(request)}: ${text} (${httpStatus}${status.reason ? ` ${status.reason}` : ''})`,
    {
      code: found?.code ?? 'MILLRACE_E_KUBE_UNEXPECTED_STATUS',
      kind: found?.kind ?? 'system',
      reason: found?.reason ?? 'api_rejected',
      retry: found?.retry ?? (httpStatus >= 500 ? 'operation' : 'never'),
      ...(found?.hint && { hint: found.hint }),
      details: {
        status,
        httpStatus,
        processed: found?.processed ?? true,
        ...(retryAfter !== undefined && { retryAfter }),
      },
    },
  );
}

function applies(
  row: StatusRow,
  status: ApiStatus,
  httpStatus: number,
  { verb, resource }: Pick<ApiRequest, 'verb' | 'resource'>,
): boolean {
  const { when } = row;
  return (
    (when.reason === undefined || when.reason === status.reason) &&
    (when.code === undefined || when.code === httpStatus) &&
    (when.message === undefined || when.message.test(status.message ?? '')) &&
    (when.verb === undefined || when.verb === verb) &&
    (when.resource === undefined || when.resource === resource)
  );
}

function parseStatus({ body, httpStatus }: ErrorAnswer): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isStatus(parsed)) return parsed;
  } catch {
    // Not JSON: a proxy, or one of the server's plain text answers; its words are the message.
  }
  const words = body
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, longestPage);
  return {
    kind: 'Status',
    status: 'Failure',
    code: httpStatus,
    message: words || 'the answer has no text',
  };
}

function isStatus(value: unknown): value is ApiStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}
