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
])('the scalar %s has the text %j', (written, text) => {
  expect(readKubernetesYaml(`k: ${written}`, { weak: true })).toEqual({ value: { k: text } });
});

it('keys are converted as values are, and of two the last counts', () => {
  expect(readKubernetesYaml('n: a\n1: b\nx: c\nx: d', { weak: true })).toEqual({
    value: { false: 'a', 1: 'b', x: 'd' },
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
