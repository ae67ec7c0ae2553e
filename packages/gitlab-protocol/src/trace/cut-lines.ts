const newline = 0x0a;

/** A piece of a log for a server that puts each piece on a line of its own. */
export interface LinePiece {
  readonly bytes: Uint8Array;
  /** Bytes of the log that the piece stands for; its last newline is one of them. */
  readonly taken: number;
}

/**
 * Whole lines from the beginning of `bytes`, without the last newline, which the server adds before the next piece. A
 * line that fills the whole piece is cut between two characters; of a shorter one that has not ended, nothing is taken.
 * @param isFull - whether there may be more behind `bytes`
 */
export function cutLines(bytes: Uint8Array, isFull: boolean): LinePiece {
  const end = bytes.lastIndexOf(newline);
  if (end >= 0) return { bytes: bytes.subarray(0, end), taken: end + 1 };
  const taken = isFull ? characterBoundary(bytes) : 0;
  return { bytes: bytes.subarray(0, taken), taken };
}

/** The longest beginning that does not end inside a UTF-8 sequence. */
function characterBoundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const width = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return width > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
