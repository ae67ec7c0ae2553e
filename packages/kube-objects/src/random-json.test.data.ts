import type { JsonValue } from '@millrace/core';

/** A frozen JSON value that depends only on the seed, for property tests. */
export function randomJson(seed: number): JsonValue {
  let state = seed * 2_654_435_761 + 1;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const make = (depth: number): JsonValue => {
    switch (depth === 0 ? below(4) : below(6)) {
      case 0:
        return null;
      case 1:
        return below(3);
      case 2:
        return `s${below(3)}`;
      case 3:
        return below(2) === 0;
      case 4:
        return Object.freeze(Array.from({ length: below(4) }, () => make(depth - 1)));
      default:
        return Object.freeze(
          Object.fromEntries(
            Array.from({ length: below(5) }, () => [`k${below(4)}`, make(depth - 1)]),
          ),
        );
    }
  };
  return make(4);
}
