import type { PositionFilter } from './position-filter.ts';

/** Bytes of a gram. */
const GRAM = 3;
/** Shorter literals have too few grams to win anything. */
export const SHORTEST_WITH_GRAMS = 5;
/** Only so much of the beginning of a literal is looked at: more would win little and fill the table. */
const LONGEST_WINDOW = 32;

/** What is known of a gram: it stands inside of a window, or even at the beginning of one. */
const INSIDE = 1;
const BEGINNING = 2;

/**
 * Looks only at every n-th group of three bytes: a literal that is at least `window` bytes long cannot slip through
 * between two of them when they are `window - 2` apart. With values of eight bytes that is a look at every sixth byte.
 * @param shortest - length of the shortest literal
 */
export function gramFilter(literals: readonly Uint8Array[], shortest: number): PositionFilter {
  const window = Math.min(shortest, LONGEST_WINDOW);
  const stride = window - GRAM + 1;
  // Few places are taken, so that few grams look like another; 16 KiB at most.
  const bits = 14;
  const shift = 32 - bits;
  const known = new Uint8Array(2 ** bits);
  for (const literal of literals)
    for (let at = 1; at < stride; at++) known[hash(gramAt(literal, at), shift)] = INSIDE;
  for (const literal of literals) known[hash(gramAt(literal, 0), shift)] = BEGINNING;
  return {
    over: (data) => {
      const { length } = data;
      const view = new DataView(data.buffer, data.byteOffset, length);
      return (from) => {
        // Constants of the function keep the compiler from reading them again in every round.
        const [table, step, by] = [known, stride, shift];
        let last = from + window - 1;
        if (last >= length) return from;
        for (;;) {
          // Four bytes are one read; the lowest is not of the gram. The window is longer than a gram, so it is there.
          while (last < length && table[hash(view.getUint32(last - GRAM, true) >>> 8, by)] === 0)
            last += step;
          if (last >= length) return Math.min(length, last - window + 1);
          const latest = last - GRAM + 1;
          let at = latest - step + 1;
          while (at <= latest && table[hash(gramAt(data, at), by)] !== BEGINNING) at++;
          if (at <= latest) return at;
          last += step;
        }
      };
    },
  };
}

function gramAt(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
}

/** Multiplicative hashing (Knuth): the high bits of a product with the golden ratio. */
function hash(gram: number, shift: number): number {
  return Math.imul(gram, 0x9e37_79b1) >>> shift;
}
