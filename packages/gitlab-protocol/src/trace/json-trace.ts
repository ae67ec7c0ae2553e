import type { Cancellable } from '../calls/cancellable.ts';
import type { StreamedBody } from '../transport/transport.ts';
import { readPiece } from './read-piece.ts';
import type { TraceSource } from './trace-source.ts';

/** Bytes of the log that lie in memory at once. */
const piece = 64 * 1024;

/**
 * The first `size` bytes of a log as the inside of a JSON string. It is read twice: for its length, and to send it. What
 * does not fit `maxBytes` is replaced by a line that says how much is missing.
 */
export async function jsonTrace(
  source: TraceSource,
  size: number,
  maxBytes: number,
  options: Cancellable,
): Promise<StreamedBody> {
  const room = maxBytes - Buffer.byteLength(escaped(mark(size)));
  let length = 0;
  let covered = 0;
  for await (const { text, end } of escapedPieces(source, size, options)) {
    if (length + text.length > room) break;
    length += text.length;
    covered = end;
  }
  const missing = size - covered;
  const tail = Buffer.from(missing === 0 ? '' : escaped(mark(missing)));
  return {
    length: length + tail.length,
    open: async function* () {
      for await (const { text } of escapedPieces(source, covered, options)) yield text;
      yield tail;
    },
  };
}

const mark = (missing: number): string =>
  `\n\u001B[33;1m${missing} bytes of the log are not kept: it is too long for this server.\u001B[0;m\n`;

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

interface EscapedPiece {
  readonly text: Buffer;
  /** Offset in the log up to which all pieces so far reach. */
  readonly end: number;
}

async function* escapedPieces(
  source: TraceSource,
  size: number,
  options: Cancellable,
): AsyncGenerator<EscapedPiece> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let from = 0; from < size;) {
    const bytes = await readPiece(source, from, Math.min(piece, size - from), options);
    from += bytes.length;
    const isLast = from >= size;
    yield { text: Buffer.from(escaped(decoder.decode(bytes, { stream: !isLast }))), end: from };
  }
}
