/** A piece of a line. */
export interface LinePiece {
  /** Without the newline; valid until the next call. */
  readonly bytes: Uint8Array;
  /** Whether the line ends here; false when it was cut because it is longer than the limit, or never ended. */
  readonly ended: boolean;
}

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  readonly push: (chunk: Uint8Array) => readonly LinePiece[];
  /** What is left without a newline. */
  readonly end: () => readonly LinePiece[];
}

const NEWLINE = 10;

/**
 * Cuts at `\n`. A line longer than `limit` bytes comes in pieces of `limit` bytes, so memory is bounded; where the pieces
 * are cut does not depend on how the bytes arrive.
 */
export function createLineSplitter(limit = 65_536): LineSplitter {
  let rest: Uint8Array = new Uint8Array(0);
  const cut = (data: Uint8Array): readonly LinePiece[] => {
    const pieces: LinePiece[] = [];
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
      for (; end - start > limit; start += limit)
        pieces.push(piece(data, start, start + limit, false));
      pieces.push(piece(data, start, end, true));
      start = end + 1;
    }
    for (; data.length - start > limit; start += limit)
      pieces.push(piece(data, start, start + limit, false));
    rest = data.slice(start);
    return pieces;
  };
  return {
    push: (chunk) => cut(rest.length === 0 ? chunk : Buffer.concat([rest, chunk])),
    end: () => {
      const last = rest;
      rest = new Uint8Array(0);
      return last.length === 0 ? [] : [{ bytes: last, ended: false }];
    },
  };
}

function piece(data: Uint8Array, start: number, end: number, ended: boolean): LinePiece {
  return { bytes: data.subarray(start, end), ended };
}
