import { RunnerError } from '@millrace/core';
import {
  divideAwayFromZero,
  largestInteger,
  nano,
  type Quantity,
  type QuantityFormat,
} from './quantity.ts';

const zero: Quantity = { digits: 0n, exponent: 0, format: 'DecimalSI', text: '0' };

const suffixes: Readonly<Record<string, readonly [base: 2 | 10, power: number]>> = {
  n: [10, -9],
  u: [10, -6],
  m: [10, -3],
  '': [10, 0],
  k: [10, 3],
  M: [10, 6],
  G: [10, 9],
  T: [10, 12],
  P: [10, 15],
  E: [10, 18],
  Ki: [2, 10],
  Mi: [2, 20],
  Gi: [2, 30],
  Ti: [2, 40],
  Pi: [2, 50],
  Ei: [2, 60],
};

/** No two parts can match the same text, so that hostile input cannot make matching slow. */
const shape = /^([+-]?)(\d*)(?:\.(\d*))?((?:[eEinumkKMGTP]+[+-]?|[+-])\d*)?$/u;

/**
 * Reads a quantity as Kubernetes' `resource.ParseQuantity` does, its leniency included: `.5`, `1.`, `+1`, and a suffix
 * without a number, which is zero. A number, as JSON and YAML may carry, is read through its text. What is smaller than
 * a billionth is rounded up (away from zero), and a binary amount ends at 2^63 - 1.
 * @throws RunnerError `MILLRACE_E_QUANTITY` with Kubernetes' own words
 */
export function parseQuantity(value: string | number): Quantity {
  const text = String(value);
  if (text === '0') return zero;
  const match = text === '' ? null : shape.exec(text);
  if (match === null) {
    throw invalid(
      text,
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const [, sign = '', padded = '', fraction = '', suffix = ''] = match;
  const whole = withoutLeadingZeros(padded);
  const unit = readSuffix(suffix);
  if (unit === undefined) throw invalid(text, "unable to parse quantity's suffix");
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  if (digits === 0n) return { digits, exponent: 0, format: unit.format };
  const parts = { whole, fraction };
  return unit.format === 'BinarySI'
    ? binary(text, parts, digits, unit.power)
    : decimal(text, parts, digits, unit.power, unit.format);
}

interface Parts {
  readonly whole: string;
  readonly fraction: string;
}

/** More digits than these leave Kubernetes' 64-bit path, and only that path keeps the text. */
const shortDecimal = 18;

function decimal(
  text: string,
  parts: Parts,
  digits: bigint,
  power: number,
  format: QuantityFormat,
): Quantity {
  const exponent = power - parts.fraction.length;
  const written = parts.whole + parts.fraction;
  if (exponent < nano || written.length > shortDecimal)
    return roundUpToNano({ digits, exponent, format });
  const keepsText = exponent % 3 === 0 && !written.endsWith('000') && !written.startsWith('0');
  return { digits, exponent, format, ...(keepsText ? { text } : {}) };
}

function binary(text: string, parts: Parts, digits: bigint, power: number): Quantity {
  const room = 15 - parts.whole.length - Math.trunc((power * 3) / 10) - 1;
  const exponent = -parts.fraction.length;
  const scaled = digits * 2n ** BigInt(power);
  if (parts.fraction === '' && room >= 0) {
    return {
      digits: scaled,
      exponent,
      format: 'BinarySI',
      ...((digits & 7n) === 0n ? {} : { text }),
    };
  }
  const rounded = roundUpToNano({ digits: scaled, exponent, format: 'BinarySI' });
  const unit = 10n ** BigInt(-rounded.exponent);
  const size = rounded.digits < 0n ? -rounded.digits : rounded.digits;
  if (size > largestInteger * unit) {
    return {
      digits: digits < 0n ? -largestInteger : largestInteger,
      exponent: 0,
      format: 'BinarySI',
    };
  }
  return size < unit ? { ...rounded, format: 'DecimalSI' } : rounded;
}

/** "If you want some resources, you get some": nothing but zero becomes zero. */
function roundUpToNano(quantity: Quantity): Quantity {
  const excess = nano - quantity.exponent;
  if (excess <= 0) return quantity;
  return {
    digits: divideAwayFromZero(quantity.digits, excess),
    exponent: nano,
    format: quantity.format,
  };
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (digits[start] === '0') start += 1;
  return digits.slice(start) || '0';
}

function readSuffix(
  suffix: string,
): { readonly power: number; readonly format: QuantityFormat } | undefined {
  const known = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (known !== undefined)
    return { power: known[1], format: known[0] === 2 ? 'BinarySI' : 'DecimalSI' };
  const exponent = /^[eE]([+-]?\d+)$/u.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > 2 ** 31 - 1) return undefined;
  return { power: Number(exponent), format: 'DecimalExponent' };
}

function invalid(text: string, message: string): RunnerError {
  return new RunnerError(message, {
    code: 'MILLRACE_E_QUANTITY',
    kind: 'config',
    details: { value: text },
  });
}
