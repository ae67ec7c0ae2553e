import { expect, it } from 'vitest';
import { addQuantities, compareQuantities, quantityValue } from './quantity-arithmetic.ts';
import { canonicalQuantity, formatQuantity } from './quantity-text.ts';
import { quantityOf } from './quantity.ts';
import { parseQuantity } from './parse-quantity.ts';

const wrongFormat =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";

it.each([
  // As GitLab Runner sends them (gitlab/047, gitlab/189).
  ['1.5', '1500m'],
  ['0.5Gi', '512Mi'],
  ['1024Mi', '1Gi'],
  ['2000m', '2'],
  ['0.1', '100m'],
  ['1e9', '1e9'],
  ['1000000Ki', '1000000Ki'],
  ['134217728', '134217728'],
  ['0', '0'],
  [1e9, '1G'],
  // Decimal suffixes: the largest that leaves a whole number.
  ['1000', '1k'],
  ['1000k', '1M'],
  ['1010k', '1010k'],
  ['123456789', '123456789'],
  ['100n', '100n'],
  ['1000n', '1u'],
  ['1.0', '1'],
  ['00.5', '500m'],
  ['.5', '500m'],
  ['5.', '5.'],
  ['-1.5', '-1500m'],
  ['+2', '+2'],
  ['1000E', '1e21'],
  ['123456789012345678901', '123456789012345678901'],
  // Exponents come in threes.
  ['1e3', '1e3'],
  ['10e2', '1e3'],
  ['1e4', '10e3'],
  ['1.5E3', '1500'],
  ['1e-3', '1e-3'],
  ['1e100', '10e99'],
  // Binary amounts stay binary from 1Ki on, when they are whole.
  ['1Ki', '1Ki'],
  ['1536Mi', '1536Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1.1Ki', '1126400m'],
  ['-2048Ki', '-2Mi'],
  ['8Ei', '9223372036854775807'],
  ['-16Ei', '-9223372036854775807'],
  // Less than a billionth is rounded up.
  ['0.1n', '1n'],
  ['1e-10', '1e-9'],
  ['-0.0000000001', '-1n'],
  ['1.0000000001', '1000000001n'],
  // A text that a quick check takes for canonical is kept.
  ['1.500', '1.500'],
  ['1.125', '1.125'],
  ['0.125', '125m'],
  ['007', '007'],
  // Zero, however written, and however little of a number there is.
  ['0.0Mi', '0'],
  ['-0', '0'],
  ['Ki', '0'],
  ['.', '0'],
])('writes %s as %s', (text, expected) => {
  expect(canonicalQuantity(text)).toBe(expected);
});

it.each([
  ['', wrongFormat],
  ['x', wrongFormat],
  ['1 ', wrongFormat],
  ['1x', wrongFormat],
  ['1.2.3', wrongFormat],
  ['1Mix', wrongFormat],
  ['0x10', wrongFormat],
  ['1KK', wrongSuffix],
  ['1mi', wrongSuffix],
  ['1e', wrongSuffix],
  ['1-3', wrongSuffix],
  ['1e99999999999', wrongSuffix],
])('refuses %j in the words of Kubernetes', (text, message) => {
  expect(() => parseQuantity(text)).toThrow(
    expect.objectContaining({ code: 'MILLRACE_E_QUANTITY', message }),
  );
});

it.each([
  ['1', '1000m', 0],
  ['1Gi', '1G', 1],
  ['0.1', '200m', -1],
  ['-1', '0', -1],
  ['-2', '-1', -1],
  ['1e1000000000', '1', 1],
  ['1', '1e-9', 1],
  ['0', '0Mi', 0],
])('compares %s with %s', (left, right, expected) => {
  const [a, b] = [parseQuantity(left), parseQuantity(right)];
  expect(Math.sign(compareQuantities(a, b))).toBe(expected);
  expect(Math.sign(compareQuantities(b, a))).toBe(expected === 0 ? 0 : -expected);
});

it.each([
  ['100m', '1', '1100m'],
  ['1Gi', '512Mi', '1536Mi'],
  ['1Gi', '1G', '2073741824'],
  ['0', '1Gi', '1Gi'],
  ['2', '0', '2'],
  ['1e1000000000', '1', '10e999999999'],
])('adds %s and %s', (left, right, expected) => {
  expect(formatQuantity(addQuantities(parseQuantity(left), parseQuantity(right)))).toBe(expected);
});

it.each([
  ['1500m', 0, 2n],
  ['1500m', -3, 1500n],
  ['-1500m', 0, -2n],
  ['1Ki', 0, 1024n],
  ['1e1000000', 0, 2n ** 63n - 1n],
  ['1e-9', 0, 1n],
])('counts %s in units of 10^%d, rounded away from zero', (text, exponent, expected) => {
  expect(quantityValue(parseQuantity(text), exponent)).toBe(expected);
});

it('writes a computed amount in the format it is given', () => {
  expect(formatQuantity(quantityOf(3n * 1024n ** 3n, 'BinarySI'))).toBe('3Gi');
  expect(formatQuantity(quantityOf(2000n))).toBe('2k');
});

it('reads its own text back to the same amount, for amounts of all sizes and formats', () => {
  const suffixes = [
    'n',
    'u',
    'm',
    '',
    'k',
    'M',
    'G',
    'T',
    'P',
    'E',
    'Ki',
    'Mi',
    'Gi',
    'Ti',
    'e3',
    'e-3',
    'E7',
  ];
  for (const number of [
    '1',
    '10',
    '999',
    '1000',
    '1023',
    '1024',
    '4096',
    '1.5',
    '0.001',
    '12345.678',
    '-7',
    '-2.25',
  ]) {
    for (const suffix of suffixes) {
      const quantity = parseQuantity(number + suffix);
      const { text: _text, ...computed } = quantity;
      const again = parseQuantity(formatQuantity(computed));
      expect(compareQuantities(again, quantity)).toBe(0);
      expect(formatQuantity(again)).toBe(formatQuantity(computed));
    }
  }
});

it('reads long hostile text without delay', () => {
  expect(() => parseQuantity(`${'0'.repeat(200_000)}x`)).toThrow(wrongFormat);
  expect(() => parseQuantity(`1${'E'.repeat(200_000)}x`)).toThrow(wrongFormat);
});
