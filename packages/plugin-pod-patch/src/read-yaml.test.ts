import { expect, it } from 'vitest';
import { PatchFault } from './patch-fault.ts';
import { readYaml } from './read-yaml.ts';

it.each<[string, string, unknown]>([
  ['an empty text', '', null],
  ['JSON', '{"a": [1, null]}', { a: [1, null] }],
  ['flow maps with bare keys', '{a: {b: c}}', { a: { b: 'c' } }],
  ['words of YAML 1.1', 'a: yes\nb: off\nc: 010', { a: true, b: false, c: 8 }],
  ['dates and times', 'a: 2001-01-01\nb: 1:30', { a: '2001-01-01', b: '1:30' }],
  ['keys that are no strings', '1: a\ntrue: b', { 1: 'a', true: 'b' }],
  ['a key written twice', 'a: 1\na: 2', { a: 2 }],
  ['merge keys', 'x: &x {b: 1}\na: {<<: *x, c: 2}', { x: { b: 1 }, a: { b: 1, c: 2 } }],
  ['several documents', 'a: 1\n---\nb: 2', { a: 1 }],
])('reads %s as the Kubernetes tools do', (_case, text, expected) => {
  expect(readYaml(text)).toEqual(expected);
});

it.each<[string, string]>([
  ['{hostname: [', 'line 1: did not find expected node content'],
  ['a:\n  b: {c: ', 'line 2: did not find expected node content'],
  ['[a, b', "line 1: did not find expected ',' or ']'"],
  ['x: 1\na: {b: c\n', "line 1: did not find expected ',' or '}'"],
  ['a: b: c', 'mapping values are not allowed in this context'],
  ['x: 1\na: b: c', 'line 2: mapping values are not allowed in this context'],
  ['a:\n  b: 1\n c: 2', 'line 2: did not find expected key'],
  ['a: b\n- c', 'line 1: did not find expected key'],
  ['x: 1\na: @x', 'line 2: found character that cannot start any token'],
  ['x: 1\na: "b\n', 'line 2: found unexpected end of stream'],
  ['a: *x', "unknown anchor 'x' referenced"],
])('%j is refused in the words of the Kubernetes tools', (text, fault) => {
  expect(() => readYaml(text)).toThrow(new PatchFault('parse', `yaml: ${fault}`));
});

it('an anchor in itself is refused', () => {
  expect(() => readYaml('a: &a [*a]')).toThrow(PatchFault);
});

it('aliases that expand to too much are refused', () => {
  const bomb = Array.from({ length: 12 }, (_, level) => {
    const items = level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
    return `a${level}: &a${level} [${items}]`;
  });
  expect(() => readYaml(bomb.join('\n'))).toThrow(PatchFault);
});
