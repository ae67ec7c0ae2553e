import { parseQuantity } from './parse-quantity.ts';
import { compareQuantities, isWhole, quantityValue } from './quantity-arithmetic.ts';
import type { Quantity } from './quantity.ts';

const decimalSuffixes: ReadonlyMap<number, string> = new Map(
  ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [index * 3 - 9, suffix]),
);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const kibi: Quantity = { digits: 1024n, exponent: 0, format: 'DecimalSI' };

/**
 * The text Kubernetes sends for a quantity: the largest suffix that leaves a whole number, in the format it was written
 * in. A binary amount below 1Ki, or one that is no whole number, is written in decimal.
 */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.digits === 0n) return '0';
  if (quantity.format === 'BinarySI' && isWhole(quantity) && atLeastOneKibi(quantity)) {
    return binaryText(quantityValue(quantity));
  }
  return decimalText(quantity);
}

/** What a user wrote, as Kubernetes writes it back: `1.5` → `1500m`, `1024Mi` → `1Gi`, `1e9` → `1e9`. */
export function canonicalQuantity(value: string | number): string {
  return formatQuantity(parseQuantity(value));
}

function atLeastOneKibi(quantity: Quantity): boolean {
  const size = quantity.digits < 0n ? { ...quantity, digits: -quantity.digits } : quantity;
  return compareQuantities(size, kibi) >= 0;
}

function binaryText(value: bigint): string {
  let [rest, power] = [value, 0];
  while (rest % 1024n === 0n && power < binarySuffixes.length - 1)
    [rest, power] = [rest / 1024n, power + 1];
  return `${rest}${binarySuffixes[power] ?? ''}`;
}

function decimalText({ digits, exponent, format }: Quantity): string {
  const trailing = countTrailingZeros(digits.toString());
  const fullExponent = exponent + trailing;
  const step = Math.floor(fullExponent / 3) * 3;
  const number = (digits / 10n ** BigInt(trailing)) * 10n ** BigInt(fullExponent - step);
  const suffix = format === 'DecimalExponent' ? undefined : decimalSuffixes.get(step);
  return `${number}${suffix ?? (step === 0 ? '' : `e${step}`)}`;
}

function countTrailingZeros(digits: string): number {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.length - end;
}
