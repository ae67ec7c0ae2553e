import { divideAwayFromZero, largestInteger, type Quantity } from './quantity.ts';

/** Negative when `left` is less, positive when it is more, 0 when both are the same amount, however written. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  const signs = sign(left.digits) - sign(right.digits);
  if (signs !== 0 || left.digits === 0n) return signs;
  const sizes = magnitude(left) - magnitude(right);
  if (sizes !== 0) return sizes * sign(left.digits);
  const [a, b] = aligned(left, right);
  return sign(a - b);
}

/** No resource comes in amounts that differ by so many digits; a sum of such would only fill memory. */
const farApart = 100;

/**
 * The exact sum, in the format of `left`, or of `right` when `left` is zero. Of two amounts more than 100 digits apart,
 * such as `1e1000` and `1`, it is the larger one.
 */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  if (left.digits === 0n) return right;
  if (right.digits === 0n) return left;
  const distance = magnitude(left) - magnitude(right);
  if (Math.abs(distance) > farApart) return distance > 0 ? left : right;
  const [a, b] = aligned(left, right);
  return { digits: a + b, exponent: Math.min(left.exponent, right.exponent), format: left.format };
}

/**
 * The amount as a whole number of `10^exponent` units, rounded away from zero: bytes with 0, millicores with -3. Ends at
 * ±(2^63 - 1), as in Kubernetes.
 */
export function quantityValue(quantity: Quantity, exponent = 0): bigint {
  const shift = quantity.exponent - exponent;
  if (shift < 0) return clamp(divideAwayFromZero(quantity.digits, -shift));
  if (quantity.digits === 0n) return 0n;
  return shift > 19
    ? clamp(quantity.digits * 10n ** 20n)
    : clamp(quantity.digits * 10n ** BigInt(shift));
}

/** True when the amount has no fraction of a unit. */
export function isWhole(quantity: Quantity): boolean {
  if (quantity.exponent >= 0) return true;
  return quantity.digits % 10n ** BigInt(-quantity.exponent) === 0n;
}

function clamp(value: bigint): bigint {
  if (value > largestInteger) return largestInteger;
  return value < -largestInteger ? -largestInteger : value;
}

/** Position of the first digit; tells far apart amounts apart without computing huge powers. */
function magnitude(quantity: Quantity): number {
  const size = quantity.digits < 0n ? -quantity.digits : quantity.digits;
  return size.toString().length + quantity.exponent;
}

/** Both amounts in units of the smaller exponent. */
function aligned(left: Quantity, right: Quantity): readonly [bigint, bigint] {
  const exponent = Math.min(left.exponent, right.exponent);
  const scale = (quantity: Quantity): bigint =>
    quantity.digits * 10n ** BigInt(quantity.exponent - exponent);
  return [scale(left), scale(right)];
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}
