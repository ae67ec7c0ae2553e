/** Puts the time and the stream in front of every line of a log. */
export interface Timestamper {
  readonly write: (bytes: Uint8Array) => Uint8Array;
  /** What is still held, as a line. */
  readonly close: () => Uint8Array;
}

/** A partial line longer than this, in bytes, is not held. */
const heldLimit = 8192;
const newline = 10;
const carriageReturn = 13;

/**
 * GitLab Runner's timestamps (`FF_TIMESTAMPS`): a partial line is held until the rest comes, unless it has a carriage
 * return, which people are to see at once; then the rest of the line is marked as a continuation.
 * @param stream - two hexadecimal digits, and `O` or `E`
 * @param now - milliseconds since the epoch
 */
export function createTimestamper(stream: string, now: () => number): Timestamper {
  let held: Buffer[] = [];
  let continues = false;

  const header = (): Buffer => {
    const time = new Date(now()).toISOString().replace('Z', '000Z');
    return Buffer.from(`${time} ${stream}${continues ? '+' : ' '}`);
  };
  const line = (...parts: readonly Uint8Array[]): Buffer => {
    const start = held.length === 0 ? [header()] : held;
    held = [];
    return Buffer.concat([...start, ...parts]);
  };
  return {
    write: (bytes) => {
      const out: Uint8Array[] = [];
      let rest = bytes;
      for (let at = rest.indexOf(newline); at !== -1; at = rest.indexOf(newline)) {
        out.push(line(rest.subarray(0, at + 1)));
        continues = false;
        rest = rest.subarray(at + 1);
      }
      if (rest.length === 0) return Buffer.concat(out);
      const size = held.slice(1).reduce((sum, part) => sum + part.length, rest.length);
      if (rest.includes(carriageReturn) || size > heldLimit) {
        out.push(line(rest, Buffer.of(newline)));
        continues = true;
      } else {
        // The header tells when the line began; the bytes may be the caller's buffer.
        held = [...(held.length === 0 ? [header()] : held), Buffer.from(rest)];
      }
      return Buffer.concat(out);
    },
    close: () => (held.length === 0 ? Buffer.alloc(0) : line(Buffer.of(newline))),
  };
}
