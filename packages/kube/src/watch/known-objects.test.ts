import type { KubeObject, WatchChange } from '@millrace/core';
import { expect, it } from 'vitest';
import { createKnownObjects } from './known-objects.ts';

function pod(name: string, uid: string, resourceVersion: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ci', uid, resourceVersion, managedFields: [{}] },
  };
}

function short(changes: readonly WatchChange[]): string[] {
  return changes.map(
    ({ type, object: { metadata } }) => `${type} ${metadata.name}/${metadata.uid}`,
  );
}

it.each([
  ['a new one', [pod('a', 'u1', '1'), pod('b', 'u2', '2')], ['added b/u2']],
  ['nothing new', [pod('a', 'u1', '1')], []],
  ['a changed one', [pod('a', 'u1', '5')], ['modified a/u1']],
  ['none any more', [], ['deleted a/u1']],
  ['another under the same name', [pod('a', 'u9', '9')], ['deleted a/u1', 'added a/u9']],
])('finds the difference to a list with %s', (_what, listed, expected) => {
  const known = createKnownObjects();
  known.replace([pod('a', 'u1', '1')]);
  expect(short(known.replace(listed))).toEqual(expected);
});

it.each([
  ['ADDED', pod('a', 'u1', '1'), []],
  ['ADDED', pod('a', 'u1', '2'), ['modified a/u1']],
  ['MODIFIED', pod('b', 'u2', '2'), ['added b/u2']],
  ['DELETED', pod('a', 'u1', '3'), ['deleted a/u1']],
  ['DELETED', pod('b', 'u2', '3'), []],
] as const)('takes %s after a resume for what it is', (type, object, expected) => {
  const known = createKnownObjects();
  known.replace([pod('a', 'u1', '1')]);
  expect(short(known.apply(type, object))).toEqual(expected);
});

it('does not keep managedFields', () => {
  const known = createKnownObjects();
  known.replace([pod('a', 'u1', '1')]);
  expect([...known.all()][0]?.metadata).not.toHaveProperty('managedFields');
});
