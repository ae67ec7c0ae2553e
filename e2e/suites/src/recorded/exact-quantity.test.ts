import { expect, it } from 'vitest';
import { exactQuantity } from './exact-quantity.ts';

it.each([
  ['1', '1000m'],
  ['1', '1.'],
  ['0.1', '100m'],
  ['+2', '2e0'],
  ['1Ki', '1024'],
  ['1.5Gi', '1536Mi'],
  ['1E3', '1k'],
  ['12e-2', '120m'],
  ['-1', '-1000m'],
])('%s equals %s', (one, other) => {
  expect(exactQuantity(one)).toBe(exactQuantity(other));
});

it('tells more from less where floating point does not', () => {
  expect(exactQuantity('9007199254740993') > exactQuantity('9007199254740992')).toBe(true);
});

it.each(['', '.', 'm', '1x', '1 Gi', '0x1'])('%j is no quantity', (text) => {
  expect(() => exactQuantity(text)).toThrow('is not a quantity');
});
