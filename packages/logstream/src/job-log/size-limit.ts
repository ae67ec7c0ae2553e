import { joined, NOTHING } from './byte-writer.ts';

/** How much of a job log is kept. */
export interface LogLimit {
  /** Bytes of the log, without the notice. */
  readonly bytes: number;
  /** What is said at the end of a log that reached the limit. */
  readonly notice: string;
}

/** Lets only so many bytes through. */
export interface SizeLimit {
  /** The part that still fits, with the notice behind it when it reaches the limit; afterwards nothing. */
  readonly push: (chunk: Uint8Array) => Uint8Array;
  /** Bytes given so far, with the notice. */
  readonly written: () => number;
  readonly full: () => boolean;
}

/**
 * Cuts a log of whole UTF-8 characters at a limit, never inside a character. A log that has exactly as many bytes as
 * allowed has reached the limit, as with GitLab Runner. Where the log is cut into chunks makes no difference.
 * @param limit - without one everything passes
 */
export function createSizeLimit(
  limit: LogLimit | undefined,
  state: { readonly written: number; readonly full: boolean } = { written: 0, full: false },
): SizeLimit {
  let { written, full } = state;
  return {
    push: (chunk) => {
      if (full) return NOTHING;
      if (limit === undefined || written + chunk.length < limit.bytes) {
        written += chunk.length;
        return chunk;
      }
      full = true;
      const kept = chunk.subarray(0, wholeCharacters(chunk, limit.bytes - written));
      const last = joined(kept, Buffer.from(limit.notice));
      written += last.length;
      return last;
    },
    written: () => written,
    full: () => full,
  };
}

/** The largest length up to `most` that does not end inside a character. */
function wholeCharacters(bytes: Uint8Array, most: number): number {
  let length = most;
  while (length > 0 && ((bytes[length] ?? 0) & 0xc0) === 0x80) length--;
  return length;
}
