import type { JsonValue } from '@millrace/core';
import { expect, it } from 'vitest';
import { missingFields } from './missing-fields.ts';

it.each<[string, JsonValue, JsonValue, readonly string[]]>([
  ['more members are no fault', { a: 1 }, { a: 1, b: 2 }, []],
  ['an empty struct may be dropped', { a: {}, b: [] }, {}, []],
  ['more elements are no fault, at the end or between', [1, 3], [0, 1, 2, 3, 4], []],
  ['another value is one', { a: { b: 'x' } }, { a: { b: 'y' } }, ['o/a/b']],
  ['a missing member is one', { a: 1 }, {}, ['o/a']],
  ['false and absent differ', { a: false }, {}, ['o/a']],
  ['another order is one', [1, 2], [2, 1], ['o/1']],
  ['a missing element is one', [{ a: 1 }, { a: 2 }], [{ a: 1 }], ['o/1']],
  ['an element with another value is one', [{ a: 1, b: 1 }], [{ a: 1, b: 2 }], ['o/0/b']],
])('%s', (_what, planned, stored, places) => {
  const lines = missingFields('o', planned, stored);
  expect(lines.map((line) => line.split(':')[0])).toEqual(places);
});
