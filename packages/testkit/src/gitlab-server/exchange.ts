import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { JsonValue } from '@millrace/core';

/** What the server answers to one request. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: JsonValue;
}

/** One request, as far as it was read. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the client is still there. */
  readonly isOpen: () => boolean;
}

/** Wraps what node:http gives. */
export function createExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
  return {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    request,
    response,
    isOpen: () => !request.socket.destroyed,
  };
}

/**
 * Reads the body of a request.
 * @param bytesPerTurn - reads no more than so many bytes in one turn of the event loop, so that the sender's socket fills
 */
export async function readBody(request: IncomingMessage, bytesPerTurn?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (bytesPerTurn === undefined) {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } else {
    for await (const chunk of slowly(request, bytesPerTurn)) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* slowly(request: IncomingMessage, bytesPerTurn: number): AsyncGenerator<Buffer> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += bytesPerTurn) {
      yield chunk.subarray(at, at + bytesPerTurn);
      await setImmediate();
    }
  }
}

/** Sends an answer; does nothing when the client has gone. */
export function answer(
  { request, response }: Exchange,
  { status, headers, json }: ServerAnswer,
): void {
  const body = json === undefined ? '' : JSON.stringify(json);
  const id = request.headers['x-request-id'];
  response.writeHead(status, {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...(typeof id === 'string' ? { 'x-request-id': id } : {}),
    ...headers,
  });
  response.end(body);
}

/** Ends the connection with a reset, as a process that dies. */
export function reset({ request }: Exchange): void {
  request.socket.resetAndDestroy();
}
