import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What reached the server. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that does exactly what the test says. */
export interface LocalServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Sockets ever accepted. */
  readonly sockets: () => number;
  /** Ends every connection with a reset. */
  readonly reset: () => void;
  readonly http: Server;
}

/** Answers one request; `seen` has it already. */
export type Handler = (request: SeenRequest, response: ServerResponse) => void;

/** Listens on 127.0.0.1 until the test has ended. */
export async function startServer(handler: Handler): Promise<LocalServer> {
  const seen: SeenRequest[] = [];
  const open = new Set<Socket>();
  let sockets = 0;
  const http = createServer((request, response) => {
    void text(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
      const one = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body,
      };
      seen.push(one);
      handler(one, response);
    });
  });
  http.on('connection', (socket: Socket) => {
    sockets += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const reset = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  onTestFinished(async () => {
    reset();
    await new Promise((resolve) => {
      http.close(resolve);
    });
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { url, seen, sockets: () => sockets, reset, http };
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with a `Status` of the API. */
export function failure(
  response: ServerResponse,
  code: number,
  reason: string,
  message = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  json(response, code, status(code, reason, message), headers);
}

/** A `Status` of the API. */
export function status(code: number, reason: string, message = ''): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}
