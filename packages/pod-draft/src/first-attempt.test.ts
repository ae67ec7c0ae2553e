import type { JsonValue, Plan } from '@millrace/core';
import { expect, it } from 'vitest';
import { firstAttempt } from './first-attempt.ts';

const planWith = (value: JsonValue): Plan => ({
  version: 1,
  job: { id: '1', name: '', namespace: 'ci', timeoutSeconds: 1, masks: [], plugins: [] },
  units: [],
  objects: [
    {
      contribution: { id: 'o', scope: 'job', when: 'before', deleteAt: 'job-end' },
      type: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
      object: {
        manifest: { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: { list: [value] } },
        provenance: {},
        secrets: [],
      },
    },
  ],
  preconditions: [],
  decisions: [],
  log: [],
  refused: null,
  facts: [],
});

it.each<[JsonValue, JsonValue]>([
  [{ $millrace: 'startedAt' }, '1700000000'],
  [{ $millrace: 'jobStartedAt' }, '1700000000'],
  [{ $millrace: 'status' }, 'success'],
  [{ $millrace: 'attempt' }, '1'],
  [
    { $millrace: 'uid', of: 'a' },
    { $millrace: 'uid', of: 'a' },
  ],
  ['text', 'text'],
])('%j is %j in the first attempt', (value, expected) => {
  const [object] = firstAttempt(planWith(value), 1_700_000_000_999).objects;
  expect(object?.object.manifest).toMatchObject({ data: { list: [expected] } });
});
