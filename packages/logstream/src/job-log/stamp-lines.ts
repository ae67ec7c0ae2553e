const NEWLINE = 0x0a;
/** Bytes that are looked at together. */
const STEP = 8;

/**
 * Puts `first` in front of the first line and `header` in front of every other. It copies eight bytes at a time while it
 * looks for newlines: a native search and a native copy for each line take a third longer.
 * @param lines - whole lines, each with its newline
 */
export function stampLines(lines: Uint8Array, first: Uint8Array, header: Uint8Array): Uint8Array {
  const { length } = lines;
  const source = viewOf(lines);
  let output = Buffer.allocUnsafe(first.length + length + Math.ceil(length / 2) + STEP);
  let target = viewOf(output);
  output.set(first);
  let to = first.length;
  let at = 0;
  for (;;) {
    while (at + STEP <= length) {
      const low = source.getUint32(at, true);
      const high = source.getUint32(at + 4, true);
      target.setUint32(to, low, true);
      target.setUint32(to + 4, high, true);
      if (((newlineMarks(low) | newlineMarks(high)) & 0x8080_8080) !== 0) break;
      at += STEP;
      to += STEP;
    }
    while (lines[at] !== NEWLINE) output[to++] = lines[at++] ?? 0;
    output[to++] = NEWLINE;
    at++;
    if (at >= length) return output.subarray(0, to);
    // There is always room for the rest, if no more headers come.
    if (to + header.length + length - at > output.length) {
      const larger = Buffer.allocUnsafe(2 * output.length + header.length);
      output.copy(larger, 0, 0, to);
      output = larger;
      target = viewOf(output);
    }
    output.set(header, to);
    to += header.length;
  }
}

/** Highest bits are set where one of four bytes is a newline, or behind one: only a byte of zero borrows from its own. */
function newlineMarks(four: number): number {
  const zeroWhereNewline = four ^ 0x0a0a_0a0a;
  return (zeroWhereNewline - 0x0101_0101) & ~zeroWhereNewline;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
