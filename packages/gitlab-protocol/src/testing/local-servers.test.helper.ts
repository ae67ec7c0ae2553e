import { createServer, request as forward, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on this machine that ends with the test. */
export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** Connections ever accepted. */
  readonly connections: () => number;
}

/** Answers by plain HTTP. */
export function startServer(handle: RequestListener): Promise<LocalServer> {
  return open(createServer({ keepAliveTimeout: 0 }, handle), 'http');
}

/** Answers by HTTPS. */
export function startTlsServer(
  options: ServerOptions,
  handle: RequestListener,
): Promise<LocalServer> {
  return open(createTlsServer({ keepAliveTimeout: 0, ...options }, handle), 'https');
}

/** What came to a proxy: `GET http://host/path` or `CONNECT host:port`, and its credentials. */
export interface ProxiedRequest {
  readonly line: string;
  readonly authorization: string | undefined;
}

/**
 * An HTTP proxy that takes every host for the same server.
 * @param refuses - answers with this status instead
 */
export async function startProxy(
  target: LocalServer,
  refuses?: number,
): Promise<LocalServer & { readonly seen: readonly ProxiedRequest[] }> {
  const seen: ProxiedRequest[] = [];
  const note = (line: string, authorization: string | undefined): void =>
    void seen.push({ line, authorization });
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    note(`${incoming.method} ${incoming.url}`, incoming.headers['proxy-authorization']);
    if (refuses !== undefined) {
      response.writeHead(refuses).end();
      return;
    }
    const { pathname, search } = new URL(incoming.url ?? '');
    const options = { host: '127.0.0.1', port: target.port, path: `${pathname}${search}` };
    const onward = forward(
      { ...options, method: incoming.method, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, client: Socket) => {
    note(`CONNECT ${incoming.url}`, incoming.headers['proxy-authorization']);
    client.on('error', () => undefined);
    if (refuses !== undefined) {
      client.end(`HTTP/1.1 ${refuses} No\r\n\r\n`);
      return;
    }
    const onward = connect(target.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    onward.on('error', () => client.destroy());
    client.on('close', () => onward.destroy());
  });
  return { ...(await open(server, 'http')), seen };
}

async function open(server: Server, scheme: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, connections: () => connections };
}
