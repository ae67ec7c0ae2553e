/** Collects ranges of bytes. */
export interface ByteWriter {
  readonly add: (bytes: Uint8Array, start: number, end: number) => void;
  /** What was collected; the writer must not be used afterwards. */
  readonly take: () => Uint8Array;
}

/**
 * Makes a writer.
 * @param expected - about how many bytes will come
 */
export function createByteWriter(expected: number): ByteWriter {
  let buffer = Buffer.allocUnsafe(expected);
  let length = 0;
  return {
    add: (bytes, start, end) => {
      const needed = length + end - start;
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, 2 * buffer.length));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      asBuffer(bytes).copy(buffer, length, start, end);
      length = needed;
    },
    take: () => buffer.subarray(0, length),
  };
}

/** The same bytes, with the methods of a buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Both, one behind the other; without a copy when one is empty. */
export function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  return right.length === 0 ? left : Buffer.concat([left, right]);
}

/** No bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0);
