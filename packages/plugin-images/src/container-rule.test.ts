import { expect, it } from 'vitest';
import { ruleValue } from './container-rule.ts';

const helper = { name: 'helper', role: 'helper' } as const;

it.each([
  ['a rule for all counts where nothing is closer', { all: { image: 'a' } }, 'a'],
  [
    'a rule for the role is closer',
    { all: { image: 'a' }, role: { roles: ['helper'], image: 'b' } },
    'b',
  ],
  [
    'a rule for the name is closest',
    { role: { roles: ['helper'], image: 'b' }, own: { containers: ['helper'], image: 'c' } },
    'c',
  ],
  [
    'an empty text says nothing',
    { all: { image: 'a' }, role: { roles: ['helper'], image: '' } },
    'a',
  ],
  ['a rule for another role does not count', { role: { roles: ['build'], image: 'b' } }, undefined],
  ['two equally close rules may agree', { one: { image: 'a' }, two: { image: 'a' } }, 'a'],
] as const)('%s', (_behaviour, rules, value) => {
  expect(ruleValue(rules, helper, 'image')?.value).toBe(value);
});

it('two equally close rules that differ are an error that names both', () => {
  const rules = { one: { image: 'a' }, two: { image: 'b' } };
  expect(() => ruleValue(rules, helper, 'image')).toThrow(
    'rules.one.image and rules.two.image say different things about container "helper"',
  );
});
