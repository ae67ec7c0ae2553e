import { crc32 } from 'node:zlib';
import type { Cancellable } from '../calls/cancellable.ts';
import type { TraceOutput } from '../wire/job-update.ts';
import { readPiece } from './read-piece.ts';
import type { TraceSource } from './trace-source.ts';
import type { TraceState } from './trace-state.ts';

/** Bytes read at once for the checksum alone. */
const piece = 256 * 1024;

/** CRC32 of a log that grows. Each byte is counted once, whatever is sent again. */
export interface TraceChecksum {
  /** Counts what of these bytes was not counted; bytes behind a gap are left to {@link TraceChecksum.complete}. */
  readonly cover: (offset: number, bytes: Uint8Array) => void;
  /** Reads what was not counted, up to the size of the source. */
  readonly complete: (options: Cancellable) => Promise<void>;
  /** Length and checksum of what was counted. */
  readonly output: () => TraceOutput;
  readonly state: () => TraceState['checksum'];
}

/** Goes on from a saved state. */
export function createTraceChecksum(
  source: TraceSource,
  saved: TraceState['checksum'],
): TraceChecksum {
  let { bytes, crc32: value } = saved;
  const cover: TraceChecksum['cover'] = (offset, chunk) => {
    if (offset > bytes || offset + chunk.length <= bytes) return;
    value = crc32(chunk.subarray(bytes - offset), value);
    bytes = offset + chunk.length;
  };
  return {
    cover,
    complete: async ({ signal }) => {
      while (bytes < source.size()) cover(bytes, await readPiece(source, bytes, piece, { signal }));
    },
    output: () => ({
      checksum: `crc32:${value.toString(16).padStart(8, '0')}`,
      bytesize: bytes,
    }),
    state: () => ({ bytes, crc32: value }),
  };
}
