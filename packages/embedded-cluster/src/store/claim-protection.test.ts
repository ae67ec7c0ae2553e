import type { JsonObject, KubeObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, expect, it } from 'vitest';
import { startClaimProtection } from './claim-protection.ts';
import { deleteObject } from './deletion.ts';
import { claimType, podType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

const clock = createFakeClock();
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock });
  startClaimProtection(store);
  store.create(claimType, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'disk', namespace: 'd' },
    spec: {},
  });
});

const addPod = (spec: JsonObject, status: JsonObject = {}): KubeObject =>
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user', namespace: 'd' },
    spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'disk' } }], ...spec },
    status,
  });
const key = { type: claimType, namespace: 'd', name: 'disk' };
const remove = (): void => void deleteObject(store, clock, key, {});

it('holds a claim until the pod that uses it is gone', () => {
  addPod({ nodeName: 'n' });
  remove();
  expect(store.get(key)?.metadata).toMatchObject({
    finalizers: ['kubernetes.io/pvc-protection'],
    deletionTimestamp: expect.any(String) as string,
  });
  store.remove({ type: podType, namespace: 'd', name: 'user' });
  expect(store.get(key)).toBeUndefined();
});

it.each([
  ['is over', { nodeName: 'n' }, { phase: 'Succeeded' }],
  ['has no node', {}, {}],
  ['uses something else', { nodeName: 'n', volumes: [] }, {}],
])('lets a claim go whose pod %s', (_what, spec, status) => {
  addPod(spec, status);
  remove();
  expect(store.get(key)).toBeUndefined();
});

it('holds nobody else’s finalizers back', () => {
  store.update(key, (claim) => ({
    ...claim,
    metadata: { ...claim.metadata, finalizers: ['example.com/x', 'kubernetes.io/pvc-protection'] },
  }));
  remove();
  expect(store.get(key)?.metadata['finalizers']).toEqual(['example.com/x']);
});
