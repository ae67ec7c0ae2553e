import type { ContainerRequest } from '@millrace/core';
import { expect, it } from 'vitest';
import { effectivePolicies } from './pull-policies.ts';
import type { ImageRule, PullPolicy } from './settings.ts';

const pullPolicyNames: Readonly<Record<string, PullPolicy>> = {
  always: 'Always',
  'if-not-present': 'IfNotPresent',
  never: 'Never',
  '': '',
};

const container = (pullPolicies?: readonly string[]): ContainerRequest => ({
  name: 'build',
  role: 'build',
  init: false,
  driven: true,
  variables: [],
  rank: 0,
  ...(pullPolicies === undefined ? {} : { image: { name: 'a', pullPolicies } }),
});

it.each<[string, ImageRule, readonly string[] | undefined, object]>([
  [
    'nothing said leaves the choice to the cluster',
    {},
    undefined,
    { policies: [''], origin: 'default' },
  ],
  [
    'the configured list counts in its order',
    { pullPolicies: ['never', 'always'] },
    undefined,
    { policies: ['Never', 'Always'], origin: 'settings' },
  ],
  [
    'a policy may be tried twice',
    { pullPolicies: ['always', 'always'] },
    undefined,
    { policies: ['Always', 'Always'] },
  ],
  [
    'the job chooses among the allowed',
    { pullPolicies: ['always'], allowedPullPolicies: ['always', 'never'] },
    ['never'],
    { policies: ['Never'], origin: 'job' },
  ],
  [
    'what is not allowed is left out',
    { pullPolicies: ['always'] },
    ['never', 'always'],
    { policies: ['Always'], origin: 'job' },
  ],
  [
    'an empty list of the job is none',
    { pullPolicies: ['always'] },
    [],
    { policies: ['Always'], origin: 'settings' },
  ],
  [
    'an empty allowed list is that of the settings',
    { pullPolicies: ['always'], allowedPullPolicies: [] },
    undefined,
    { policies: ['Always'] },
  ],
  [
    'nothing left says what was wanted and allowed',
    { pullPolicies: ['always'] },
    ['never'],
    { none: true, wanted: ['Never'], allowed: ['Always'], origin: 'job' },
  ],
  [
    'the allowed list is read first',
    { pullPolicies: ['x'], allowedPullPolicies: ['y'] },
    ['z'],
    { unknown: 'y', in: 'allowed' },
  ],
  [
    'without one the settings stand for it',
    { pullPolicies: ['x'] },
    ['z'],
    { unknown: 'x', in: 'allowed-by-default' },
  ],
  ['then the job’s list', { allowedPullPolicies: ['always'] }, ['z'], { unknown: 'z', in: 'job' }],
  [
    'or that of the settings',
    { pullPolicies: ['x'], allowedPullPolicies: ['always'] },
    undefined,
    { unknown: 'x', in: 'settings' },
  ],
  ['names of objects are no policies', {}, ['constructor'], { unknown: 'constructor', in: 'job' }],
])('%s', (_behaviour, rule, requested, expected) => {
  const build = container(requested);
  expect(
    effectivePolicies(build, [build], { rules: { all: rule }, pullPolicyNames }),
  ).toMatchObject(expected);
});

it('a container may follow what the job asked for another', () => {
  const rules = {
    all: { pullPolicies: ['always'], allowedPullPolicies: ['always', 'never'] },
    helper: { roles: ['helper' as const], pullPoliciesOf: 'build' },
  };
  const helper: ContainerRequest = { ...container(), name: 'helper', role: 'helper' };
  expect(
    effectivePolicies(helper, [container(['never']), helper], { rules, pullPolicyNames }),
  ).toMatchObject({ policies: ['Never'], origin: 'job' });
});
