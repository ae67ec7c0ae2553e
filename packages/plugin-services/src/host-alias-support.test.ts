import { expect, it } from 'vitest';
import { supportsHostAliases } from './host-alias-support.ts';

it.each([
  ['1', '6', 'no'],
  ['1', '7', 'yes'],
  ['1', '31+', 'yes'],
  ['2', '0', 'yes'],
  ['1', '', 'unknown'],
  ['x', '31', 'unknown'],
])('%s.%s: %s', (major, minor, support) => {
  expect(supportsHostAliases({ major, minor })).toBe(support);
});
