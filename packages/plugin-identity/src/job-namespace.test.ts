import { expect, it } from 'vitest';
import { jobNamespace, namespaceFault } from './job-namespace.ts';

it.each([
  ['the configured one', { namespace: 'CI' }, '3', 'CI'],
  ['default where none is configured', { namespace: '' }, '3', 'default'],
  ['one of its own, whatever is configured', { namespacePerJob: true }, '3', 'job-42'],
  ["its owner's, in lower case", { namespace: 'CI', namespacePerOwner: true }, '3', 'ci-3'],
  ['the common one without owner', { namespacePerOwner: true }, undefined, 'ci'],
])('a job runs in %s', (_behaviour, more, owner, expected) => {
  const settings = {
    namespace: 'ci',
    namespacePerJob: false,
    namespacePerOwner: false,
    namespacePrefix: 'job-',
    ...more,
  };
  expect(jobNamespace(settings, { id: '42', owner })).toBe(expected);
});

it.each(['.', '..', 'a/b', '/builds/x', 'a%2fb'])(
  'no request can name the namespace %j',
  (name) => {
    expect(namespaceFault(name)).toBeDefined();
  },
);

it.each(['ci', 'ci-1', 'CI_Upper', 'a.b'])(
  'whether %j exists is left to the API server',
  (name) => {
    expect(namespaceFault(name)).toBeUndefined();
  },
);
