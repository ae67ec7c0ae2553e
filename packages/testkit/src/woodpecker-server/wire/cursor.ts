/** Reads the parts of a message one after another. */
export interface Cursor {
  readonly more: () => boolean;
  readonly varint: () => bigint;
  /** A value of one of the wire types of protocol buffers. */
  readonly value: (wireType: number) => bigint | Buffer;
}

/** Starts at the first byte. All members throw an Error when the bytes are no message. */
export function createCursor(bytes: Buffer): Cursor {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('a message ends within a number');
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Error('a message has a number of more than ten bytes');
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a message ends within a field');
    const taken = bytes.subarray(at, at + length);
    at += length;
    return taken;
  };
  return {
    more: () => at < bytes.length,
    varint,
    value: (wireType) => {
      if (wireType === 0) return varint();
      if (wireType === 1) return take(8);
      if (wireType === 2) return take(Number(varint()));
      if (wireType === 5) return take(4);
      throw new Error(`a message has a field of wire type ${wireType}`);
    },
  };
}
