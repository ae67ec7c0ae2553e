import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as requestOf } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { ClusterFaults, SeenRequest, StreamKind } from '@millrace/testkit';
import type { ProxyCertificate } from './proxy-certificate.ts';
import { requested } from './requested.ts';

/** The API server behind the proxy, and who the administrator is there. */
export interface Upstream {
  readonly server: string;
  readonly ca?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** A proxy in front of an API server. */
export interface ApiProxy {
  readonly url: string;
  /** Everything that came, oldest first. */
  readonly requests: () => readonly SeenRequest[];
  readonly faults: Pick<ClusterFaults, 'cut' | 'onOpened' | 'refuse'>;
  /** Ends connections of a kind on which nothing has moved for so long, as idle proxies do; 0 stops that. */
  readonly cutIdle: (kind: StreamKind, milliseconds: number) => void;
  readonly close: () => Promise<void>;
}

interface OpenStream {
  readonly kind: StreamKind;
  /** The client's end: the connection itself, below TLS. */
  readonly socket: Socket;
}

interface Refusal {
  readonly match: (request: SeenRequest) => boolean;
  readonly answer: { readonly code: number; readonly reason: string; readonly message: string };
  left: number;
}

const kinds: Readonly<Record<string, StreamKind>> = { exec: 'exec', attach: 'attach' };

/**
 * Starts a proxy on the loopback interface that counts requests and cuts connections. Who comes with `adminToken` acts as
 * the administrator of the server behind it; any other credential goes through as it is.
 */
export async function startApiProxy(
  upstream: Upstream,
  { certificate, key }: ProxyCertificate,
  adminToken: string,
): Promise<ApiProxy> {
  const seen: SeenRequest[] = [];
  const streams = new Set<OpenStream>();
  const listeners = new Set<{ readonly kind: StreamKind; readonly opened: () => void }>();
  const refusals: Refusal[] = [];
  const idleLimits = new Map<StreamKind, number>();
  const transports = new WeakMap<Duplex, Socket>();
  const connections = new Set<Socket>();

  const trust = {
    ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
    ...(upstream.insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
  };
  const identity =
    upstream.clientCertificate === undefined
      ? {}
      : { cert: upstream.clientCertificate, key: upstream.clientKey };
  const agents = {
    administrator: new TlsAgent({ keepAlive: true, ...trust, ...identity }),
    anybody: new TlsAgent({ keepAlive: true, ...trust }),
  };

  /** @param alone - on a connection that nothing else has used or will use */
  const send = (incoming: IncomingMessage, alone: boolean) => {
    const headers = { ...incoming.headers };
    const asAdministrator = headers.authorization === `Bearer ${adminToken}`;
    if (asAdministrator) {
      delete headers.authorization;
      if (upstream.token !== undefined) headers.authorization = `Bearer ${upstream.token}`;
    }
    return requestOf(`${upstream.server}${incoming.url ?? ''}`, {
      method: incoming.method,
      headers: { ...headers, host: new URL(upstream.server).host },
      ...(alone
        ? { agent: false, ...trust, ...(asAdministrator ? identity : {}) }
        : { agent: agents[asAdministrator ? 'administrator' : 'anybody'] }),
    });
  };

  /** What is to be said instead of asking the server; counted as said. */
  const refusalOf = (request: SeenRequest): Refused | undefined => {
    const refusal = refusals.find(({ match, left }) => left > 0 && match(request));
    if (refusal === undefined) return undefined;
    refusal.left -= 1;
    return refusal.answer;
  };
  const note = (incoming: IncomingMessage, upgraded: boolean): SeenRequest => {
    const request = requested(incoming.method ?? '', incoming.url ?? '', upgraded);
    seen.push(request);
    return request;
  };

  const opened = (kind: StreamKind | undefined, client: Duplex): void => {
    const socket = transports.get(client);
    if (kind === undefined || socket === undefined) return;
    const stream = { kind, socket };
    streams.add(stream);
    socket.setTimeout(idleLimits.get(kind) ?? 0, () => socket.destroy());
    socket.once('close', () => streams.delete(stream));
    for (const listener of listeners) if (listener.kind === kind) listener.opened();
  };

  const server = createServer({ keepAliveTimeout: 60_000 });
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    const request = note(incoming, false);
    const refused = refusalOf(request);
    if (refused !== undefined) {
      answer(response, refused);
      return;
    }
    const outgoing = send(incoming, false);
    outgoing.once('response', (from) => {
      response.writeHead(from.statusCode ?? 502, from.headers);
      response.flushHeaders();
      const follows = new URL(incoming.url ?? '', 'http://server').searchParams.has('follow');
      const kind =
        request.verb === 'watch'
          ? 'watch'
          : request.subresource === 'log' && follows
            ? 'log'
            : undefined;
      if (kind !== undefined && from.statusCode === 200) opened(kind, incoming.socket);
      from.once('error', () => response.destroy()).pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    const request = note(incoming, true);
    const refused = refusalOf(request);
    if (refused !== undefined) {
      const response = new ServerResponse(incoming);
      response.assignSocket(client as Socket);
      response.once('finish', () => client.end());
      answer(response, refused);
      return;
    }
    // A server that refuses to switch may close the connection without having said so.
    const outgoing = send(incoming, true);
    outgoing.once('upgrade', (from, behind, rest) => {
      const lines = [`HTTP/1.1 101 Switching Protocols`];
      for (let at = 0; at < from.rawHeaders.length; at += 2)
        lines.push(`${from.rawHeaders[at]}: ${from.rawHeaders[at + 1]}`);
      client.write(`${lines.join('\r\n')}\r\n\r\n`);
      if (rest.length > 0) client.write(rest);
      if (head.length > 0) behind.write(head);
      const end = (): void => {
        client.destroy();
        behind.destroy();
      };
      client.once('error', end).once('close', end).pipe(behind);
      // What is still on its way to the client arrives.
      behind
        .once('error', end)
        .once('close', () => client.end(() => client.destroy()))
        .pipe(client);
      opened(kinds[request.subresource], client);
    });
    outgoing.once('response', (from) => {
      const lines = [`HTTP/1.1 ${from.statusCode} ${from.statusMessage}`, 'connection: close'];
      for (const name of ['content-type', 'retry-after'])
        if (from.headers[name] !== undefined) lines.push(`${name}: ${String(from.headers[name])}`);
      client.write(`${lines.join('\r\n')}\r\n\r\n`);
      from.pipe(client);
    });
    outgoing.once('error', () => client.destroy());
    client.on('error', () => outgoing.destroy());
    outgoing.end();
  });

  const secureContext = createSecureContext({ cert: certificate, key });
  const tcp = createTcpServer((socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket)).on('error', () => undefined);
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext,
      ALPNProtocols: ['http/1.1'],
    });
    transports.set(secure, socket);
    secure.on('error', () => socket.destroy());
    server.emit('connection', secure);
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));

  return {
    url: `https://127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    requests: () => seen,
    faults: {
      cut: (kind, how) => {
        const open = [...streams].filter((stream) => stream.kind === kind);
        for (const { socket } of open)
          if (how === 'reset') socket.resetAndDestroy();
          else socket.destroy();
        return open.length;
      },
      onOpened: (kind, callback) => {
        const listener = { kind, opened: callback };
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      refuse: (match, { times, ...reply }) =>
        void refusals.push({ match, answer: reply, left: times }),
    },
    cutIdle: (kind, milliseconds) => void idleLimits.set(kind, milliseconds),
    close: async () => {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
      agents.administrator.destroy();
      agents.anybody.destroy();
    },
  };
}

/** A `Status` in place of an answer of the server. */
interface Refused {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

function answer(response: ServerResponse, status: Refused): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  response.writeHead(status.code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
