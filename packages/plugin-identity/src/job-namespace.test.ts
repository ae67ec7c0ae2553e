import { expect, it } from 'vitest';
import { jobNamespace, namespaceFault } from './job-namespace.ts';

it.each([
  ['the configured one', { namespace: 'ci', namespacePerJob: false }, 'ci'],
  ['default where none is configured', { namespace: '', namespacePerJob: false }, 'default'],
  ['one of its own, whatever is configured', { namespace: 'ci', namespacePerJob: true }, 'job-42'],
])('a job runs in %s', (_behaviour, settings, expected) => {
  expect(jobNamespace({ ...settings, namespacePrefix: 'job-' }, '42')).toBe(expected);
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
