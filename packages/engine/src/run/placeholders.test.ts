import type { KubeObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { fillPlaceholders } from './placeholders.ts';

const manifest = (value: KubeObject['metadata'][string]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', list: [{ value: value ?? null }] },
});
const pods = new Map([['job', { ...manifest(null), metadata: { uid: 'u-1' } }]]);
const values = {
  attempt: 2,
  startedAt: 1_500,
  jobStartedAt: 900,
  status: 'failure',
  pods,
} as const;

it.each([
  [{ $millrace: 'attempt' }, '2'],
  [{ $millrace: 'startedAt' }, '1'],
  [{ $millrace: 'jobStartedAt' }, '0'],
  [{ $millrace: 'status' }, 'failure'],
  [{ $millrace: 'uid', of: 'job' }, 'u-1'],
])('%j becomes %j', (placeholder, expected) => {
  expect(fillPlaceholders(manifest(placeholder), values)).toEqual(manifest(expected));
});

it.each([{ $millrace: 'uid', of: 'other' }, { $millrace: 'uid' }, { $millrace: 'pullPolicy' }])(
  '%j has no value here, which is an error by name',
  (placeholder) => {
    expect(() => fillPlaceholders(manifest(placeholder), values)).toThrow(
      JSON.stringify(placeholder),
    );
  },
);
