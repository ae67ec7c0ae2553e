import type { Duplex } from 'node:stream';
import { serveSpdy, type SpdyConnection, type SpdyStream } from './connection.ts';
import { createSlowWriter } from './write-slowly.ts';

/** Subprotocol of the streams. */
export const portForwardProtocol = 'portforward.k8s.io';

/** What ports belong to. */
export interface ForwardTarget {
  /** Connects to a port of the pod. */
  readonly connect: (port: number) => Promise<Duplex>;
  /** Names the pod in messages. */
  readonly description: string;
}

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

/** Joins pairs of streams with ports of a pod: bytes in one stream of a pair, what went wrong in the other. */
export function forwardPorts(duplex: Duplex, target: ForwardTarget): SpdyConnection {
  const pairs = new Map<string, Pair>();
  return serveSpdy(duplex, (stream) => {
    const port = portOf(stream);
    const type = stream.headers.get('streamtype');
    if (type !== 'data' && type !== 'error') throw new Error(`invalid stream type ${type ?? ''}`);
    const request = requestOf(stream);
    const pair: Pair = pairs.get(request) ?? {};
    if (pair[type] !== undefined) throw new Error(`a second ${type} stream`);
    pair[type] = stream;
    pairs.set(request, pair);
    const { data, error } = pair;
    if (data === undefined || error === undefined) return;
    pairs.delete(request);
    void forward(target, port, data, error);
  });
}

function portOf(stream: SpdyStream): number {
  const text = stream.headers.get('port') ?? '';
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port < 1 || port > 65_535) throw new Error(`invalid port ${text}`);
  return port;
}

/** Clients that name no request open the error stream first and the data stream right after it. */
const requestOf = (stream: SpdyStream): string =>
  stream.headers.get('requestid') ??
  `#${stream.headers.get('streamtype') === 'data' ? stream.id - 2 : stream.id}`;

async function forward(
  target: ForwardTarget,
  port: number,
  data: SpdyStream,
  error: SpdyStream,
): Promise<void> {
  void discard(error);
  try {
    const socket = await target.connect(port);
    // An error is followed by `close`.
    socket.on('error', () => {});
    data.gone.addEventListener('abort', () => socket.destroy(), { once: true });
    if (data.gone.aborted) socket.destroy();
    await Promise.all([outwards(socket, data), inwards(socket, data)]);
    socket.destroy();
    error.end();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    const message = `error forwarding port ${port} to ${target.description}: ${why}`;
    await error.write(Buffer.from(message));
    error.end();
    data.reset();
  }
}

async function outwards(socket: Duplex, data: SpdyStream): Promise<void> {
  try {
    // One who has said everything may still listen, so the end of what it says does not end the connection.
    const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of chunks) await data.write(chunk);
  } catch {
    // A connection that broke ends like one that was closed: TCP tells no more than that.
  }
  data.end();
}

async function inwards(socket: Duplex, data: SpdyStream): Promise<void> {
  const write = createSlowWriter(socket);
  for await (const chunk of data.data) await write(chunk);
  socket.end();
}

async function discard(stream: SpdyStream): Promise<void> {
  for await (const chunk of stream.data) void chunk;
}
