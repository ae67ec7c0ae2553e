import { randomInt } from 'node:crypto';

/** A whole number from 0 on, less than `below`. */
export type Numbers = (below: number) => number;

/** The same seed gives the same numbers (mulberry32). */
export function seededNumbers(seed: number): Numbers {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Another seed in every run; `MILLRACE_TEST_SEED` repeats one. Tests name it when they fail. */
export function testSeed(environment: NodeJS.ProcessEnv): number {
  return Number(environment['MILLRACE_TEST_SEED'] ?? randomInt(2 ** 31));
}

/** The bytes in chunks of 1 to `most` bytes. */
export function cut(bytes: Uint8Array, most: number, numbers: Numbers): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + numbers(most);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
