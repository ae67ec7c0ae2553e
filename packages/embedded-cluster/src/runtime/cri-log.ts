/** Longest piece of a line in one log entry, as containerd cuts it. */
const longestEntry = 16 * 1024;

/** Turns a stream's chunks into log entries of the CRI format. */
export interface CriEncoder {
  /** Complete entries of this chunk; an unfinished line is kept for the next. */
  readonly encode: (chunk: Uint8Array) => Buffer;
  /** What is left; a last line without a newline becomes a partial entry. */
  readonly end: () => Buffer;
}

/** A source of RFC 3339 timestamps with nanoseconds that never repeat or go back, so readers can resume by them. */
export type LogStamps = () => string;

/** @param now - milliseconds since the epoch */
export function createLogStamps(now: () => number): LogStamps {
  let last = 0;
  let second = -1;
  let prefix = '';
  let offset = 0;
  return () => {
    const time = Math.max(now(), last);
    offset = time === last ? offset + 1 : 0;
    last = time;
    const wholeSecond = Math.floor(time / 1000);
    if (wholeSecond !== second) {
      second = wholeSecond;
      prefix = new Date(wholeSecond * 1000).toISOString().slice(0, 20);
    }
    const nanoseconds = Math.floor((time - wholeSecond * 1000) * 1_000_000) + offset;
    return `${prefix}${String(Math.min(nanoseconds, 999_999_999)).padStart(9, '0')}Z`;
  };
}

/**
 * `<time> <stream> F <line>`, or `P` for a piece that its line does not end with. Bytes are kept whatever their
 * encoding: they travel as Latin-1, which is what makes this a matter of string searches and not of single bytes.
 */
export function createCriEncoder(stream: 'stdout' | 'stderr', stamps: LogStamps): CriEncoder {
  let rest = '';
  const entry = (tag: 'F' | 'P', text: string): string => `${stamps()} ${stream} ${tag} ${text}\n`;
  const cut = (line: string): { readonly entries: string; readonly rest: string } => {
    let entries = '';
    let at = 0;
    for (; line.length - at > longestEntry; at += longestEntry)
      entries += entry('P', line.slice(at, at + longestEntry));
    return { entries, rest: line.slice(at) };
  };
  return {
    encode: (chunk) => {
      const text =
        rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      let entries = '';
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        const line = cut(text.slice(from, end));
        entries += line.entries + entry('F', line.rest);
        from = end + 1;
      }
      const open = cut(text.slice(from));
      rest = open.rest;
      return Buffer.from(entries + open.entries, 'latin1');
    },
    end: () => {
      const entries = rest === '' ? '' : entry('P', rest);
      rest = '';
      return Buffer.from(entries, 'latin1');
    },
  };
}
