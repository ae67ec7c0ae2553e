import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  badRequest,
  failure,
  isApiStatusError,
  kubeletRefusal,
  methodNotAllowed,
} from '../store/status.ts';
import { abandon, carry, channelProtocols } from './exec-channels.ts';
import { startProcess } from './exec.ts';
import { sendReply, type ResourceExchange } from './exchange.ts';
import type { Receive, Received } from './reception.ts';
import { authorize, route } from './router.ts';
import { errorReply, type ReportDefect } from './serve.ts';

/** Turns requests for exec and attach into WebSockets. */
export interface Upgrader {
  /** Never rejects. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
}

const maxFrameBytes = 32 * 1024 * 1024;

/** The best protocol that both sides speak. @throws ApiStatusError without a message when there is none */
function agreeOnProtocol(request: IncomingMessage): string {
  const offered = (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((item) => item.trim());
  const agreed = channelProtocols.find((protocol) => offered.includes(protocol));
  if (agreed === undefined) {
    // The library of a real server refuses the handshake without a word.
    throw kubeletRefusal(403, '');
  }
  return agreed;
}

/**
 * A kubelet has no representation of what comes out of a container, so it refuses who insists on one.
 * @throws ApiStatusError NotAcceptable
 */
function checkAccepted(request: IncomingMessage): void {
  const { accept = '*/*' } = request.headers;
  if (!accept.split(',').some((type) => type.trim().startsWith('*/*')))
    throw failure(406, 'NotAcceptable', '406: Not Acceptable\n\nAvailable representations: ');
}

/** The process is started before the switch, so what would make the switch fail is looked at first. */
function checkHandshake(request: IncomingMessage): void {
  const { 'sec-websocket-key': key = '', 'sec-websocket-version': version } = request.headers;
  if (!/^[+/0-9A-Za-z]{22}==$/u.test(key) || version !== '13')
    throw badRequest('Bad Request: malformed WebSocket handshake');
  agreeOnProtocol(request);
}

/** @param receive - the same as for ordinary requests */
export function createUpgrader(receive: Receive, reportDefect: ReportDefect): Upgrader {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => agreeOnProtocol(request),
  });

  const open = async (
    exchange: ResourceExchange,
    socket: Socket,
    head: Buffer,
    received: Received,
  ): Promise<void> => {
    const { request, info } = exchange;
    const connects = info.subresource === 'exec' || info.subresource === 'attach';
    if (connects && request.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw badRequest(
        `unable to upgrade: this server speaks WebSocket (${channelProtocols.join(', ')}), not ${request.headers.upgrade ?? ''}`,
      );
    }
    // With an upgrade the body is left to the new protocol, so nothing that has one can be served.
    if (request.method !== 'GET') throw methodNotAllowed();
    if (!connects) {
      // A server that does not know the protocol asked for answers as if it had not been.
      const reply = await route(exchange);
      if (reply !== undefined) sendReply(exchange.response, reply);
      return;
    }
    checkHandshake(request);
    checkAccepted(request);
    const started = await startProcess(exchange);
    if (received.loseAnswer || socket.destroyed) {
      socket.destroy();
      abandon(started.process);
      return;
    }
    exchange.response.detachSocket(socket);
    sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const kind = info.subresource === 'attach' ? 'attach' : 'exec';
      exchange.context.streams.open({
        kind,
        request: received.entry,
        socket,
        finish: () => webSocket.close(1001),
      });
      void carry(webSocket, started);
    });
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
      if (info.kind !== 'resource') throw badRequest('only exec and attach can be upgraded');
      await open({ ...exchange, info }, socket, head, received);
    } catch (error) {
      if (!isApiStatusError(error) && !gone.signal.aborted) reportDefect(error, request);
      sendReply(response, errorReply(error));
    }
  };
  return { upgrade };
}
