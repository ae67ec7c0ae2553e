import { STATUS_CODES } from 'node:http';
import type { JsonValue } from '@millrace/core';
import type { HttpAnswer, HttpRequest } from '../transport/transport.ts';

/** Longest message of a server that is repeated. */
const longestMessage = 1_000;

/**
 * The status of an answer in words: the status line for success and for bodies that are not JSON, otherwise
 * `<METHOD> <url>: <code> <reason> (<message>)`, where the parenthesis is left out if the message says the same.
 */
export function answerText(request: HttpRequest, answer: HttpAnswer): string {
  const line =
    `${answer.status} ${answer.statusText || (STATUS_CODES[answer.status] ?? '')}`.trim();
  if ((answer.status >= 200 && answer.status <= 299) || !isJson(answer)) return line;
  const message = messageOf(parseJson(answer.body)).slice(0, longestMessage);
  if (message === '') return line;
  const { origin, pathname } = request.url;
  const said = message === line ? '' : ` (${message})`;
  return `${request.method} ${origin}${pathname}: ${line}${said}`;
}

/** Whether an answer says that it is JSON. */
export function isJson({ headers }: HttpAnswer): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** `message` of an error body: a text, or lists of faults by field. */
function messageOf(body: JsonValue | undefined): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return '';
  const { message } = body as { readonly message?: JsonValue };
  if (typeof message === 'string') return message;
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return '';
  return Object.entries(message)
    .map(
      ([key, faults]) =>
        `${key}: ${Array.isArray(faults) ? faults.join('; ') : JSON.stringify(faults)}`,
    )
    .join(', ');
}
