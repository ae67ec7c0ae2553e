import { gramFilter, SHORTEST_WITH_GRAMS } from './gram-filter.ts';
import { beginningPairs, pairFilter } from './pair-filter.ts';
import type { PositionFilter } from './position-filter.ts';

/** The native search for a pair of bytes beats looking at grams for so many pairs, when literals are short. */
const FEW_PAIRS = 3;
const SHORT = 8;

/**
 * Makes the filter that is best for the literals.
 * @param literals - not empty, none of them empty
 */
export function createLiteralFilter(literals: readonly Uint8Array[]): PositionFilter {
  const shortest = literals.reduce((least, { length }) => Math.min(least, length), Infinity);
  const pairs = beginningPairs(literals);
  if (shortest > 1 && shortest < SHORT && pairs.length <= FEW_PAIRS) return pairFilter(pairs);
  return shortest < SHORTEST_WITH_GRAMS
    ? firstByteFilter(literals)
    : gramFilter(literals, shortest);
}

function firstByteFilter(literals: readonly Uint8Array[]): PositionFilter {
  const begins = new Uint8Array(256);
  for (const [first = 0] of literals) begins[first] = 1;
  return {
    over: (data) => (from) => {
      let at = from;
      while (at < data.length && begins[data[at] ?? 0] === 0) at++;
      return at;
    },
  };
}
