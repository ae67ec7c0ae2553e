import type { JsonValue } from '@millrace/core';
import { expect, it } from 'vitest';
import { applyMergePatch } from './merge-patch.ts';
import { randomJson } from './random-json.test.data.ts';

// The table of RFC 7386, appendix A.
it.each<[JsonValue, JsonValue, JsonValue]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merges %j with %j into %j', (document, patch, expected) => {
  expect(applyMergePatch(document, patch)).toEqual(expected);
});

it('reads an undefined member as one that is not there', () => {
  expect(applyMergePatch({ a: 1, b: undefined }, { a: undefined, c: 2 })).toStrictEqual({
    a: 1,
    c: 2,
  });
});

it('keeps __proto__ an ordinary member', () => {
  const result = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}') as JsonValue);
  expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}');
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

it('changes neither argument, gives the same when applied twice, and does nothing for an empty patch', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const [document, patch] = [randomJson(seed), randomJson(seed + 10_000)];
    const before = JSON.stringify([document, patch]);
    const once = applyMergePatch(document, patch);
    expect(applyMergePatch(once, patch)).toEqual(once);
    expect(JSON.stringify([document, patch])).toBe(before);
    if (typeof document === 'object' && document !== null && !Array.isArray(document))
      expect(applyMergePatch(document, {})).toEqual(document);
  }
});
