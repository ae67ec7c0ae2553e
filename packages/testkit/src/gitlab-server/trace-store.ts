import { crc32 } from 'node:zlib';

/** What the server has of one job's trace. */
export interface TraceStore {
  readonly size: () => number;
  readonly append: (bytes: Buffer) => void;
  readonly forget: () => void;
  /** `crc32:` and 8 hexadecimal digits, over all bytes. */
  readonly checksum: () => string;
  /** Undefined where only size and checksum are kept. */
  readonly bytes: () => Buffer | undefined;
}

/** @param keeps - `digest`: only size and checksum, for traces that are too large to keep */
export function createTraceStore(keeps: 'bytes' | 'digest'): TraceStore {
  let chunks: Buffer[] = [];
  let size = 0;
  let sum = 0;
  return {
    size: () => size,
    append: (bytes) => {
      size += bytes.length;
      sum = crc32(bytes, sum);
      if (keeps === 'bytes') chunks.push(bytes);
    },
    forget: () => {
      chunks = [];
      size = 0;
      sum = 0;
    },
    checksum: () => formatChecksum(sum),
    bytes: () => (keeps === 'bytes' ? Buffer.concat(chunks) : undefined),
  };
}

/** A CRC32 as the wire writes it. */
export const formatChecksum = (sum: number): string => `crc32:${sum.toString(16).padStart(8, '0')}`;
