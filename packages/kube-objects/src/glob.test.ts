import { expect, it } from 'vitest';
import { compileGlob, matchesGlob } from './glob.ts';

it.each([
  ['alpine', 'alpine', true],
  ['alpine', 'alpine:latest', false],
  ['*', 'alpine:latest', true],
  ['*', 'team/app', false],
  ['**', 'r.io/team/app', true],
  ['**', '', true],
  ['r.io/**', 'r.io/team/app:1', true],
  ['r.io/**', 'r.io', true],
  ['r.io/**', 'r.io.evil/app', false],
  ['**/app', 'app', true],
  ['**/app', 'a/b/app', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'ab', false],
  ['a**', 'a/b', false],
  ['a**', 'abc', true],
  ['r.io/*', 'r.io/a/b', false],
  ['r.io/*/*:1.*', 'r.io/a/b:1.2', true],
  ['ruby:?.*', 'ruby:3.1', true],
  ['a?b', 'a/b', false],
  ['a.b', 'axb', false],
  ['(a+)$', '(a+)$', true],
  ['ruby:[0-9]', 'ruby:3', true],
  ['ruby:[!0-9]', 'ruby:x', true],
  ['ruby:[^0-9]', 'ruby:3', false],
  ['a[!x]b', 'a/b', false],
  ['a[+-9]b', 'a/b', false],
  ['a[+-9]b', 'a.b', true],
  ['[/]', '/', false],
  ['[\\]]', ']', true],
  ['{ruby,python}:*', 'python:3', true],
  ['{ruby,python}:*', 'perl:3', false],
  ['{a,b{c,d}}', 'bd', true],
  ['{a/**,b}', 'a/x/y', true],
  ['a{,-slim}', 'a', true],
  ['{1..3}', '2', false],
  ['{1..3}', '1..3', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['.*', '.hidden', true],
  ['*', '.hidden', true],
  ['!(a)', 'b', false],
  ['!a', 'b', false],
  ['#a', '#a', true],
  ['', '', true],
  ['', 'a', false],
  ['ä?', 'ä😀', true],
  ['a*b', 'a\nb', true],
])('%j matches %j: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

it.each([
  '[',
  '[a',
  '[]',
  '[!]',
  '[a-]',
  '[-a]',
  '{a',
  '{a,b',
  'a\\',
  '[b-',
  `${'{'.repeat(40)}a${'}'.repeat(40)}`,
])('%j is invalid and matches nothing, not even itself', (pattern) => {
  expect(matchesGlob(pattern, pattern)).toBe(false);
});

it('reads long hostile patterns and texts without delay', () => {
  expect(compileGlob('*a'.repeat(60))(`${'a'.repeat(2000)}b`)).toBe(false);
  expect(compileGlob('{a,b}'.repeat(200))(`${'a'.repeat(199)}c`)).toBe(false);
  expect(compileGlob('**/'.repeat(50))('a/'.repeat(500))).toBe(true);
});
