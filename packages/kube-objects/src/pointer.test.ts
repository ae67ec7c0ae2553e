import { expect, it } from 'vitest';
import { childPointer, formatPointer, isWithin, parsePointer } from './pointer.ts';

it.each([
  ['', []],
  ['/', ['']],
  ['/a/0', ['a', '0']],
  ['/app.kubernetes.io~1name', ['app.kubernetes.io/name']],
  ['/~01', ['~1']],
])('%j has the segments %j, and they have it', (pointer, segments) => {
  expect(parsePointer(pointer)).toEqual(segments);
  expect(formatPointer(segments)).toBe(pointer);
});

it('a text that does not begin with a slash is none', () => {
  expect(parsePointer('a/b')).toBeUndefined();
});

it('a child is one step down, whatever its name', () => {
  expect(childPointer('/labels', 'a~b/c')).toBe('/labels/a~0b~1c');
  expect(childPointer('', 3)).toBe('/3');
});

it.each([
  ['/a/b', '/a', true],
  ['/a', '/a', true],
  ['/ab', '/a', false],
])('%s is within %s: %s', (pointer, ancestor, expected) => {
  expect(isWithin(pointer, ancestor)).toBe(expected);
});
