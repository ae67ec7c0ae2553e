import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { deferred } from '@millrace/async';
import { createFrameReader, dataFrame } from './frames.ts';
import { createHeaderWriter } from './header-blocks.ts';
import { webSocketStream } from './websocket.test.helpers.ts';

/** A stream as its client sees it. */
export interface ClientStream {
  readonly received: () => string;
  /** `fin`, `reset`, or `lost` with the connection. */
  readonly ended: Promise<'fin' | 'reset' | 'lost'>;
  readonly write: (text: string) => void;
  readonly end: () => void;
}

/** A connection on which a test opens streams, as `kubectl` does. */
export interface SpdyClient {
  readonly open: (headers: Readonly<Record<string, string>>) => ClientStream;
  readonly ended: Promise<void>;
  readonly destroy: () => void;
}

interface Open {
  text: string;
  readonly ended: (how: 'fin' | 'reset' | 'lost') => void;
}

/** Speaks the client's half of SPDY/3. */
function spdyClient(duplex: Duplex): SpdyClient {
  const writeHeaders = createHeaderWriter();
  const readFrames = createFrameReader();
  const streams = new Map<number, Open>();
  const closed = deferred<undefined>();
  let next = 1;
  duplex.on('error', () => {});
  duplex.on('close', () => {
    for (const stream of streams.values()) stream.ended('lost');
    closed.resolve(undefined);
  });
  duplex.on('data', (chunk: Buffer) => {
    for (const frame of readFrames(chunk)) {
      if (frame.type === 'data') {
        const stream = streams.get(frame.stream);
        if (stream !== undefined) stream.text += frame.data.toString();
        if (frame.fin) stream?.ended('fin');
      } else if (frame.type === 'reset') streams.get(frame.stream)?.ended('reset');
    }
  });
  return {
    open: (headers) => {
      const id = next;
      next += 2;
      const ended = deferred<'fin' | 'reset' | 'lost'>();
      const stream: Open = { text: '', ended: ended.resolve };
      streams.set(id, stream);
      duplex.write(openFrame(id, writeHeaders(new Map(Object.entries(headers)))));
      return {
        received: () => stream.text,
        ended: ended.promise,
        write: (text) => void duplex.write(dataFrame(id, Buffer.from(text), false)),
        end: () => void duplex.write(dataFrame(id, new Uint8Array(), true)),
      };
    },
    ended: closed.promise.then(() => {}),
    destroy: () => void duplex.destroy(),
  };
}

function openFrame(id: number, headers: Buffer): Buffer {
  const head = Buffer.alloc(18);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(1, 2);
  head.writeUIntBE(10 + headers.length, 5, 3);
  head.writeUInt32BE(id, 8);
  return Buffer.concat([head, headers]);
}

/** Opens a tunnel through a WebSocket. */
export async function tunnel(url: string): Promise<SpdyClient> {
  const protocol = 'SPDY/3.1+portforward.k8s.io';
  const { headers, socket } = await switched(url, 'GET', {
    upgrade: 'websocket',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'sec-websocket-version': '13',
    'sec-websocket-protocol': protocol,
  });
  if (headers['sec-websocket-protocol'] !== protocol) throw new Error('another protocol');
  return spdyClient(webSocketStream(socket));
}

/** Asks for SPDY; what is answered instead of a switch is an error. */
export async function upgrade(url: string, protocols: readonly string[]): Promise<SpdyClient> {
  const { headers, socket } = await switched(url, 'POST', {
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': [...protocols],
  });
  if (!protocols.includes(headers['x-stream-protocol-version'] ?? ''))
    throw new Error('the server chose what was not offered');
  return spdyClient(socket);
}

interface Switched {
  readonly headers: Readonly<Record<string, string>>;
  readonly socket: Duplex;
}

async function switched(
  url: string,
  method: string,
  headers: Readonly<Record<string, string | string[]>>,
): Promise<Switched> {
  const all = { authorization: 'Bearer admin', connection: 'Upgrade', ...headers };
  const sent = request(url, { method, headers: all });
  const refused = once(sent, 'response').then(async ([response]) => {
    let body = '';
    for await (const chunk of response as AsyncIterable<Buffer>) body += chunk.toString();
    throw new Error(body);
  });
  sent.end();
  const [response, socket] = (await Promise.race([once(sent, 'upgrade'), refused])) as [
    Pick<Switched, 'headers'>,
    Duplex,
  ];
  return { headers: response.headers, socket };
}
