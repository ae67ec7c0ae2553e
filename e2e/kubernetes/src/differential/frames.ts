import type { JsonValue } from '@millrace/core';
import type { ApiAddress } from '@millrace/testkit';
import { WebSocket } from 'ws';

/** What a client says over a WebSocket. */
export interface Conversation {
  readonly protocols: readonly string[];
  /** Frames to send when it is open: the number of the channel, then what goes over it. */
  readonly send?: readonly (readonly [channel: number, text: string])[];
}

/** What came back. Data of one channel is joined, for where it is cut is chance. */
export interface Frames {
  /** `101` and the protocol agreed on, or how the handshake was refused. */
  readonly status: number;
  readonly protocol: string;
  readonly refusal: JsonValue;
  /** By number of channel. */
  readonly channels: Readonly<Record<string, JsonValue>>;
  readonly closed: number;
}

const errorChannel = 3;

/** Opens a WebSocket as kubectl does for `exec`, says what is to be said and listens until the server closes. */
export function openFrames(
  { server, certificateAuthority, token }: ApiAddress,
  path: string,
  { protocols, send = [] }: Conversation,
  signal: AbortSignal,
): Promise<Frames> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.replace(/^http/u, 'ws')}${path}`, [...protocols], {
      ca: certificateAuthority,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    const abort = (): void => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    const channels = new Map<number, string>();
    socket
      .on('open', () => {
        for (const [channel, text] of send)
          socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
      })
      .on('message', (data: Buffer) => {
        const [channel = 0] = data;
        // A frame that carries nothing says nothing.
        if (data.length > 1)
          channels.set(channel, `${channels.get(channel) ?? ''}${data.subarray(1).toString()}`);
      })
      .on('close', (closed) => {
        signal.removeEventListener('abort', abort);
        resolve({
          status: 101,
          protocol: socket.protocol,
          refusal: null,
          closed,
          channels: Object.fromEntries(
            [...channels].map(([channel, text]) => [
              channel,
              channel === errorChannel ? parsed(text) : text,
            ]),
          ),
        });
      })
      .on('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => void chunks.push(chunk))
          .on('end', () => {
            signal.removeEventListener('abort', abort);
            resolve({
              status: response.statusCode ?? 0,
              protocol: '',
              refusal: parsed(Buffer.concat(chunks).toString()),
              closed: 0,
              channels: {},
            });
          });
      })
      .on('error', reject);
  });
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
