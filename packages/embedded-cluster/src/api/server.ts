import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, Logger } from '@millrace/core';
import type { NodeApi, RequestObserver } from '../contracts.ts';
import type { ObjectStore } from '../store/store.ts';
import { anonymous, clientCertificates, type Authenticator } from './authentication.ts';
import { createRbacAuthorizer } from './authorization.ts';
import type { ApiContext } from './exchange.ts';
import type { RequestInterceptor } from './interceptor.ts';
import { createReception } from './reception.ts';
import { serve } from './serve.ts';
import type { IssueToken } from './service-account-tokens.ts';
import { createStreamRegistry } from './streams.ts';
import { createUpgrader } from './upgrade.ts';

/** What an API server is made of. */
export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly node: NodeApi;
  readonly clock: Clock;
  /** Asked in this order, then the client's certificate if there is a CA; when none knows the sender the answer is 401. */
  readonly authenticators: readonly Authenticator[];
  /** Takes requests without a token as `system:anonymous`; off by default. */
  readonly anonymous?: boolean;
  readonly issueToken: IssueToken;
  readonly observer?: RequestObserver;
  readonly interceptor?: RequestInterceptor;
  /** Hears of defects of the server; what a client does wrong is only answered. */
  readonly logger?: Logger;
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** Any free port by default. */
  readonly port?: number;
  /** PEM texts. Without them the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa?: string };
}

/** A server that is listening. */
export interface ApiServer {
  /** `http://127.0.0.1:40123`, without a slash at the end. */
  readonly url: string;
  /** Ends all streams in order and closes every connection. */
  readonly close: () => Promise<void>;
}

/** Longer than clients keep idle connections, so that no request meets a connection that is just being closed. */
const keepAliveTimeout = 180_000;

/** Starts the HTTP side of the cluster on a store that exists already. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, node, clock, issueToken } = options;
  const interceptor = options.interceptor ?? {};
  const sockets = new Set<Socket>();
  const transportOf = (socket: Socket): Socket =>
    [...sockets].find(({ remotePort }) => remotePort === socket.remotePort) ?? socket;
  const streams = createStreamRegistry(interceptor, transportOf);
  const context: ApiContext = {
    store,
    node,
    clock,
    issueToken,
    streams,
    authorizer: createRbacAuthorizer(store),
  };
  const authenticators = [
    ...options.authenticators,
    ...(options.tls?.clientCa === undefined ? [] : [clientCertificates]),
    ...(options.anonymous === true ? [anonymous] : []),
  ];
  const stopping = new AbortController();
  const receive = createReception({
    context,
    interceptor,
    authenticators,
    observer: options.observer,
    stopping: stopping.signal,
  });
  const reportDefect = (error: unknown, request: IncomingMessage): void => {
    const path = request.url?.split('?')[0] ?? '';
    options.logger?.error('a request failed inside the API server', {
      method: request.method,
      path,
      error,
    });
  };
  const upgrader = createUpgrader(receive, reportDefect);

  const server = createServer(options.tls);
  server.keepAliveTimeout = keepAliveTimeout;
  // Bodies may take long under back-pressure, and a watch's request is over at once.
  server.requestTimeout = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on(
    'request',
    (request: IncomingMessage, response: ServerResponse) =>
      void serve(receive, request, response, reportDefect),
  );
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      void upgrader.upgrade(request, socket as Socket, head),
  );

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      streams.finishAll();
      stopping.abort();
      // One turn of the event loop lets the last frames leave before the connections go.
      await new Promise((resolve) => setImmediate(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function createServer(tls: ApiServerOptions['tls']): Server {
  if (tls === undefined) return createHttpServer();
  const { key, cert, clientCa } = tls;
  return createHttpsServer({
    key,
    cert,
    ...(clientCa === undefined
      ? {}
      : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  });
}
