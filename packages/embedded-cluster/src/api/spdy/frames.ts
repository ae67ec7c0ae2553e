/** A frame of SPDY/3, as far as Kubernetes' streams use them. */
export type SpdyFrame =
  | { readonly type: 'data'; readonly stream: number; readonly data: Buffer; readonly fin: boolean }
  | {
      readonly type: 'syn';
      readonly stream: number;
      readonly headers: Buffer;
      readonly fin: boolean;
    }
  | { readonly type: 'headers'; readonly headers: Buffer }
  | { readonly type: 'reset'; readonly stream: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'go-away' }
  | { readonly type: 'other' };

const version = 3;
const control = { syn: 1, reply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;
const finFlag = 1;
const headBytes = 8;
/** Cuts a connection's bytes into frames. @throws Error for what is not SPDY/3 */
export function createFrameReader(): (chunk: Buffer) => readonly SpdyFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: SpdyFrame[] = [];
    for (;;) {
      if (rest.length < headBytes) return frames;
      const length = rest.readUIntBE(5, 3);
      if (rest.length < headBytes + length) return frames;
      frames.push(readFrame(rest, rest.subarray(headBytes, headBytes + length)));
      rest = rest.subarray(headBytes + length);
    }
  };
}

function readFrame(head: Buffer, body: Buffer): SpdyFrame {
  const fin = ((head[4] ?? 0) & finFlag) !== 0;
  const first = head.readUInt32BE(0);
  if (first < 0x8000_0000) return { type: 'data', stream: first, data: body, fin };
  if (((first >>> 16) & 0x7fff) !== version) throw new Error('SPDY: only version 3 is spoken here');
  const id = (): number => body.readUInt32BE(0) & 0x7fff_ffff;
  switch (first & 0xffff) {
    case control.syn:
      return { type: 'syn', stream: id(), headers: body.subarray(10), fin };
    case control.headers:
      return { type: 'headers', headers: body.subarray(4) };
    case control.reset:
      return { type: 'reset', stream: id() };
    case control.ping:
      return { type: 'ping', id: body.readUInt32BE(0) };
    case control.goAway:
      return { type: 'go-away' };
    default:
      // Settings and window updates change nothing: neither end of Kubernetes' connections counts windows.
      return { type: 'other' };
  }
}

function controlFrame(type: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

const words = (...values: readonly number[]): Buffer => {
  const body = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) body.writeUInt32BE(value, index * 4);
  return body;
};

/** Bytes of a stream. @param fin - nothing follows in this direction */
export function dataFrame(stream: number, data: Uint8Array, fin: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(fin ? finFlag : 0, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

/** Takes a stream that the other end has opened. */
export const replyFrame = (stream: number, headers: Buffer): Buffer =>
  controlFrame(control.reply, Buffer.concat([words(stream), headers]));

/** Why a stream is ended at once. */
export const resetReason = { protocolError: 1, cancel: 5, internalError: 6 } as const;

/** Ends a stream at once, in both directions. */
export const resetFrame = (stream: number, reason: number): Buffer =>
  controlFrame(control.reset, words(stream, reason));

/** Answers a ping. */
export const pingFrame = (id: number): Buffer => controlFrame(control.ping, words(id));

/** Says that no new stream is taken. */
export const goAwayFrame = (lastStream: number): Buffer =>
  controlFrame(control.goAway, words(lastStream, 0));
