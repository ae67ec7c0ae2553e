import { seededRandom } from '@millrace/async';

/** Choices of a property test; the same seed makes the same ones. */
export interface Dice {
  /** A whole number from 0 to `sides - 1`. */
  readonly roll: (sides: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
  readonly shuffle: <T>(list: readonly T[]) => readonly T[];
}

/** Makes dice. */
export function seededDice(seed: string): Dice {
  const random = seededRandom(seed);
  const roll = (sides: number): number => Number.parseInt(random.name(8), 36) % sides;
  return {
    roll,
    pick: (from) => from[roll(from.length)] ?? from[0],
    shuffle: (list) => {
      const left = [...list];
      return list.flatMap(() => left.splice(roll(left.length), 1));
    },
  };
}
