import { expect, it } from 'vitest';
import { readKubernetesYaml } from './kubernetes-yaml.ts';

it.each([
  ['5', '5'],
  ['true', 'true'],
  ['yes', 'true'],
  ['off', 'false'],
  ['1.50', '1.5'],
  ['0x10', '16'],
  ['1e3', '1000'],
  ['007', '7'],
  ['"007"', '007'],
  ['~', ''],
  ['null', ''],
  ['', ''],
  ['2024-01-02', '2024-01-02'],
  ['1:30', '1:30'],
  ['1234567.5', '1.2345675e+06'],
  ['0.00001', '1e-05'],
  ['1e6', '1e+06'],
  ['1000000', '1000000'],
  ['1.0', '1'],
  ['word', 'word'],
  ['010', '8'],
  ['0o17', '15'],
  ['"0o17"', '0o17'],
  ['1_000', '1000'],
  ['12345678901234567890', '12345678901234567890'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['123456789012345678901', '1.2345678901234568e+20'],
  ['+5', '5'],
  ['.5', '0.5'],
  ['.inf', '+Inf'],
])('the scalar %s has the text %j', (written, text) => {
  expect(readKubernetesYaml(`k: ${written}`, { texts: () => true })).toEqual({
    value: { k: text },
  });
});

it('keys are converted as values are, and of two the last counts', () => {
  expect(readKubernetesYaml('n: a\n1: b\nx: c\nx: d', { texts: () => true })).toEqual({
    value: { false: 'a', 1: 'b', x: 'd' },
  });
});

it('what is merged is overwritten by what comes after it', () => {
  const text = 'one: &x {a: 1, b: 1}\ntwo: {a: 0, <<: [*x, {c: 2, a: 2}], b: 3}';
  expect(readKubernetesYaml(text)).toEqual({
    value: { one: { a: 1, b: 1 }, two: { a: 1, b: 3, c: 2 } },
  });
  expect(readKubernetesYaml('"<<": {a: 1}')).toEqual({ value: { '<<': { a: 1 } } });
});

it('text is made where it is wanted alone', () => {
  const texts = (path: readonly (string | number)[]): boolean => path.at(-1) === 'key';
  expect(
    readKubernetesYaml('[{key: 0x10, i: 0x10, m: 0o17}, {key: yes}, {key: ~}]', { texts }),
  ).toEqual({
    value: [{ key: '16', i: 16, m: 15 }, { key: 'true' }, { key: '' }],
  });
});

it('values stay what they are where nobody wants text', () => {
  expect(readKubernetesYaml('- {a: 30, b: "30", c: on}')).toEqual({
    value: [{ a: 30, b: '30', c: true }],
  });
});

it.each([
  ['a: [', /no YAML/],
  ['a: *b', /no anchor &b|Unresolved alias/],
  ['? [a]\n: b', /a key must be/],
  ['<<: 1', /<< needs a map/],
  ['a: &a {<<: *a}', /nested deeper|no anchor|Unresolved alias/],
  [`${'['.repeat(200)}${']'.repeat(200)}`, /deeper/],
])('%j is told about', (text, fault) => {
  expect(readKubernetesYaml(text)).toEqual({ fault: expect.stringMatching(fault) as string });
});

it('aliases stand for their anchors', () => {
  expect(readKubernetesYaml('a: &x {b: 1}\nc: *x')).toEqual({
    value: { a: { b: 1 }, c: { b: 1 } },
  });
});

it('an empty text is nothing', () => {
  expect(readKubernetesYaml('')).toEqual({ value: null });
});
