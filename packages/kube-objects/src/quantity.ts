/**
 * How a quantity was written, which decides how it is written again: `DecimalSI` (`500m`, `2G`), `BinarySI` (`512Mi`)
 * or `DecimalExponent` (`1e9`).
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An amount of a resource: `digits × 10^exponent`, exact. Made by `parseQuantity`. */
export interface Quantity {
  readonly digits: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
  /** The text it was parsed from, where Kubernetes keeps that text instead of writing a canonical one. */
  readonly text?: string;
}

/** Kubernetes keeps nothing smaller than 10^-9 of a unit. */
export const nano = -9;
/** The largest amount in binary notation, 2^63 - 1. */
export const largestInteger: bigint = 2n ** 63n - 1n;

/** A quantity of whole units, such as a number of bytes computed by a program. */
export function quantityOf(units: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { digits: units, exponent: 0, format };
}

/** Divides by `10^power`, away from zero, without computing powers far beyond the number's own size. */
export function divideAwayFromZero(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  const sign = digits < 0n ? -1n : 1n;
  const size = digits * sign;
  if (power > size.toString().length) return sign;
  const divisor = 10n ** BigInt(power);
  return sign * ((size + divisor - 1n) / divisor);
}
