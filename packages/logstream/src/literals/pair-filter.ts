import type { PositionFilter } from './position-filter.ts';
import { nextOccurrence } from './next-occurrence.ts';

/** Two bytes with which literals begin. */
type Pair = readonly [number, number];

/** The different first two bytes of literals. */
export function beginningPairs(literals: readonly Uint8Array[]): readonly Pair[] {
  const pairs = new Map<number, Pair>();
  for (const [first = 0, second = 0] of literals) pairs.set(first * 256 + second, [first, second]);
  return [...pairs.values()];
}

/** Looks for pairs of bytes, of which literals that belong together have few: all of GitLab's tokens but one begin with `gl`. */
export function pairFilter(pairs: readonly Pair[]): PositionFilter {
  return {
    over: (data) => {
      const searches = pairs.map(([first, second]) => nextOccurrence(data, first, second));
      const last = data.length - 1;
      const end = pairs.some(([first]) => first === data[last]) ? last : data.length;
      return (from) =>
        searches.reduce((least, next) => Math.min(least, next(from)), Math.max(end, from));
    },
  };
}
