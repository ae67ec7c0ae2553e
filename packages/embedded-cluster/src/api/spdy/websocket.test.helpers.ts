import { Duplex } from 'node:stream';

const binary = 2;
const close = 8;

/**
 * The client's half of a WebSocket as a stream of bytes, for a subprotocol whose name no library accepts. It sends and
 * takes whole binary messages.
 */
export function webSocketStream(socket: Duplex): Duplex {
  let rest: Buffer = Buffer.alloc(0);
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => void socket.write(frame(chunk), () => done()),
    final: (done) => void socket.write(frame(Buffer.alloc(0), close), () => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('error', () => {});
  socket.on('close', () => stream.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let size = sizeOf(rest); size !== undefined; size = sizeOf(rest)) {
      const { head, body } = size;
      if (rest.length < head + body) return;
      if (((rest[0] ?? 0) & 15) === close) stream.push(null);
      else stream.push(rest.subarray(head, head + body));
      rest = rest.subarray(head + body);
    }
  });
  return stream;
}

/** A client has to mask; a mask of zeros changes nothing. */
function frame(data: Buffer, kind = binary): Buffer {
  const head = Buffer.alloc(14);
  head.writeUInt8(0x80 | kind, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([head, data]);
}

function sizeOf(bytes: Buffer): { readonly head: number; readonly body: number } | undefined {
  const short = (bytes[1] ?? 0) & 127;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return undefined;
  if (short === 126) return { head, body: bytes.readUInt16BE(2) };
  return { head, body: short === 127 ? Number(bytes.readBigUInt64BE(2)) : short };
}
