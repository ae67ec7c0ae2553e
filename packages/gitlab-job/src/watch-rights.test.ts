import type { AccessQuestion, ClusterFacts } from '@millrace/core';
import { expect, it } from 'vitest';
import { watchStatements } from './watch-rights.ts';

const factsWithout = (...denied: readonly string[]): ClusterFacts => ({
  version: { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  allows: ({ verb, group, resource, namespace }: AccessQuestion) =>
    !denied.includes(`${verb} ${group}/${resource} in ${namespace ?? 'all'}`),
});

it.each([
  ['nothing when pods can be followed', [], undefined],
  ['nothing about rights elsewhere', ['watch /pods in other', 'watch /secrets in ci'], undefined],
  ['that watching is not allowed', ['watch /pods in ci'], 'watch'],
  ['that listing is not allowed', ['list /pods in ci'], 'list'],
  ['only the first when both are not', ['watch /pods in ci', 'list /pods in ci'], 'list'],
])('the job log says %s', (_what, denied, verb) => {
  const text =
    verb === undefined
      ? []
      : [
          `won't use informers: "not allowed: ${verb} on pods (reason: no RBAC policy matched)", see: https://docs.gitlab.com/runner/executors/kubernetes/#informers`,
        ];
  const said = watchStatements(factsWithout(...denied), 'ci');
  expect(said.map((statement) => statement.text)).toEqual(text);
});
