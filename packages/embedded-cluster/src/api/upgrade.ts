import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  badRequest,
  failure,
  forbidden,
  isApiStatusError,
  methodNotAllowed,
} from '../store/status.ts';
import { agreeOnProtocol, checkHandshake, isConnectKind, spdySwitch } from './connect-protocols.ts';
import { prepareConnection } from './connect.ts';
import { sendReply, type ResourceExchange } from './exchange.ts';
import type { Receive, Received } from './reception.ts';
import { authorize, route } from './router.ts';
import { errorReply, type ReportDefect } from './serve.ts';

/** Turns requests for exec, attach and port-forward into connections: WebSockets, or SPDY as older clients want it. */
export interface Upgrader {
  /** Never rejects. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
}

const maxFrameBytes = 32 * 1024 * 1024;

/**
 * A kubelet has no representation of what comes out of a container, so it refuses who insists on one.
 * @throws ApiStatusError NotAcceptable
 */
function checkAccepted(request: IncomingMessage): void {
  const { accept = '*/*' } = request.headers;
  if (!accept.split(',').some((type) => type.trim().startsWith('*/*')))
    throw failure(406, 'NotAcceptable', '406: Not Acceptable\n\nAvailable representations: ');
}

/**
 * Kubernetes 1.35 and later ask of a WebSocket, which is opened by GET, the right that the older way needs: to create
 * the subresource.
 * @throws ApiStatusError Forbidden, with as few words as a real server has for it
 */
function requireCreate({ context, identity, info }: ResourceExchange): void {
  const { type, subresource, namespace, name } = info;
  const attributes = { group: type.group, resource: type.plural, subresource, namespace, name };
  if (!context.authorizer.decide(identity, { ...attributes, verb: 'create' }).allowed)
    throw forbidden(type, name, '');
}

/** @param receive - the same as for ordinary requests */
export function createUpgrader(receive: Receive, reportDefect: ReportDefect): Upgrader {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  const agreed = new WeakMap<IncomingMessage, string>();
  // The protocol is named here, because a tunnel's has signs in its name that the library takes for a mistake.
  sockets.on('headers', (headers, request) => {
    headers.push(`Sec-WebSocket-Protocol: ${agreed.get(request) ?? ''}`);
  });

  const open = async (
    exchange: ResourceExchange,
    socket: Socket,
    head: Buffer,
    received: Received,
  ): Promise<void> => {
    const { request, response, info, context } = exchange;
    const { subresource } = info;
    if (!isConnectKind(subresource)) {
      // With an upgrade the body is left to the new protocol, so nothing that has one can be served.
      if (request.method !== 'GET') throw methodNotAllowed();
      // A server that does not know the protocol asked for answers as if it had not been.
      const reply = await route(exchange);
      if (reply !== undefined) sendReply(response, reply);
      return;
    }
    const { transport, protocol } = agreeOnProtocol(request, subresource);
    if (transport === 'websocket') {
      if (request.method !== 'GET') throw methodNotAllowed();
      checkHandshake(request);
      requireCreate(exchange);
      checkAccepted(request);
    }
    const connectable = await prepareConnection(exchange);
    if (received.loseAnswer || socket.destroyed) {
      socket.destroy();
      connectable.abandon();
      return;
    }
    response.detachSocket(socket);
    const register = (finish: () => void): void =>
      void context.streams.open({ kind: subresource, request: received.entry, socket, finish });
    if (transport === 'spdy') {
      socket.write(spdySwitch(protocol));
      if (head.length > 0) socket.unshift(head);
      register(connectable.overSpdy(socket));
      return;
    }
    agreed.set(request, protocol);
    delete request.headers['sec-websocket-protocol'];
    sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) =>
      register(connectable.overWebSocket(webSocket, protocol)),
    );
  };

  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    // An error is followed by `close`, which tells everyone.
    socket.on('error', () => {});
    // Until the switch this is an ordinary exchange, and its refusals are ordinary answers.
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.once('finish', () => socket.end());
    try {
      const received = await receive(request, gone.signal);
      if (received.kind === 'intercepted') {
        if (received.action === 'drop') socket.destroy();
        else sendReply(response, { code: received.status.code, body: received.status });
        return;
      }
      const { info } = received;
      const exchange = { ...received, info, request, response, signal: gone.signal };
      authorize(exchange);
      if (info.kind !== 'resource')
        throw badRequest('only exec, attach and portforward can be upgraded');
      await open({ ...exchange, info }, socket, head, received);
    } catch (error) {
      if (!isApiStatusError(error) && !gone.signal.aborted) reportDefect(error, request);
      sendReply(response, errorReply(error));
    }
  };
  return { upgrade };
}
