import { randomInt } from 'node:crypto';
import type { Random } from '@millrace/core';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Names nobody can guess. */
export function systemRandom(): Random {
  return randomFrom((bound) => randomInt(bound));
}

/** The same seed gives the same names, in the same order, on every machine. For plans and tests, not for secrets. */
export function seededRandom(seed: number | string): Random {
  const next = mulberry32(hash(String(seed)));
  return randomFrom((bound) => Math.floor(next() * bound));
}

function randomFrom(below: (bound: number) => number): Random {
  return {
    name: (length) =>
      Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join(''),
  };
}

/** 32-bit FNV-1a over UTF-16 code units: spreads neighbouring seeds. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}

/** Mulberry32: a well-known small generator of numbers in [0, 1) with 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
