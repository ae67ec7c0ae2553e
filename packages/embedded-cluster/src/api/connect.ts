import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import { text } from '../store/json.ts';
import { badRequest } from '../store/status.ts';
import { abandon, carry } from './exec-channels.ts';
import { startProcess } from './exec.ts';
import type { ResourceExchange } from './exchange.ts';
import { targetPod } from './pod-target.ts';
import type { SpdyConnection } from './spdy/connection.ts';
import { carrySpdy } from './spdy/exec-streams.ts';
import { forwardPorts } from './spdy/port-forward.ts';

/** Something that waits for its client's connection. */
export interface Connectable {
  /** Serves over a WebSocket; returns the way to end it in order. */
  readonly overWebSocket: (socket: WebSocket, protocol: string) => () => void;
  /** The same over SPDY. */
  readonly overSpdy: (socket: Duplex) => () => void;
  /** The client has gone before it was connected. */
  readonly abandon: () => void;
}

/**
 * Starts what `pods/exec`, `pods/attach` or `pods/portforward` asks for, before the connection is switched, so that
 * errors are ordinary answers.
 * @throws ApiStatusError NotFound, BadRequest, or whatever the node says
 */
export async function prepareConnection(exchange: ResourceExchange): Promise<Connectable> {
  return exchange.info.subresource === 'portforward'
    ? preparePorts(exchange)
    : prepareProcess(exchange);
}

async function prepareProcess(exchange: ResourceExchange): Promise<Connectable> {
  const begun = await startProcess(exchange);
  // Whoever only watches a container hears that it ended, but its exit code is the pod's to tell.
  const started =
    exchange.info.subresource === 'attach'
      ? {
          ...begun,
          process: {
            ...begun.process,
            exit: begun.process.exit.then(() => ({ exitCode: 0, signal: 0 })),
          },
        }
      : begun;
  return {
    overWebSocket: (socket, protocol) => {
      void carry(socket, protocol, started);
      return () => socket.close(1001);
    },
    overSpdy: (socket) => carrySpdy(socket, started).finish,
    abandon: () => abandon(started.process),
  };
}

function preparePorts(exchange: ResourceExchange): Connectable {
  const pod = targetPod(exchange);
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  if (text(pod, 'spec', 'nodeName') === '')
    throw badRequest(`pod ${name} does not have a host assigned`);
  const serve = (duplex: Duplex): SpdyConnection =>
    forwardPorts(duplex, {
      connect: (port) => exchange.context.node.connect(pod, port),
      description: `pod ${name}_${namespace}, uid ${uid}`,
    });
  return {
    overWebSocket: (socket) => {
      const tunnel = createWebSocketStream(socket);
      // A tunnel that breaks is over, which those who read it notice.
      tunnel.on('error', () => {});
      return serve(tunnel).finish;
    },
    overSpdy: (socket) => serve(socket).finish,
    abandon: () => {},
  };
}
