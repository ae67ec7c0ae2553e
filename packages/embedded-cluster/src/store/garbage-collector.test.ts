import type { JsonObject, KubeObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, expect, it } from 'vitest';
import { deleteObject } from './deletion.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { keyOf } from './object-meta.ts';
import { configMapType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

const clock = createFakeClock();
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock });
  startGarbageCollector(store, clock);
});

const make = (name: string, metadata: KubeObject['metadata'] = {}): KubeObject =>
  store.create(configMapType, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'd', ...metadata },
  });
const reference = ({ metadata }: KubeObject, extra: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  ...extra,
});
const found = (name: string): KubeObject | undefined =>
  store.get({ type: configMapType, namespace: 'd', name });
const remove = (object: KubeObject, propagationPolicy: 'Foreground' | 'Orphan'): void =>
  void deleteObject(store, clock, keyOf(configMapType, object), { propagationPolicy });
const held = { finalizers: ['example.com/hold'] };
const release = (name: string): KubeObject =>
  store.update({ type: configMapType, namespace: 'd', name }, ({ metadata, ...rest }) => {
    const { finalizers: _held, ...others } = metadata;
    return { ...rest, metadata: others };
  });

it('waits in the foreground for dependents that block, and for no others', () => {
  const owner = make('owner');
  make('blocks', { ...held, ownerReferences: [reference(owner, { blockOwnerDeletion: true })] });
  make('follows', { ...held, ownerReferences: [reference(owner)] });
  remove(owner, 'Foreground');
  expect(found('owner')?.metadata['finalizers']).toEqual(['foregroundDeletion']);
  expect(found('follows')?.metadata.deletionTimestamp).toBeDefined();
  release('blocks');
  expect(found('owner')).toBeUndefined();
  expect(found('follows')).toBeDefined();
});

it('lets a dependent go that another owner wants', () => {
  const [first, second] = [make('first'), make('second')];
  make('shared', {
    ownerReferences: [reference(first, { blockOwnerDeletion: true }), reference(second)],
  });
  remove(first, 'Foreground');
  expect(found('first')).toBeUndefined();
  expect(found('shared')?.metadata['ownerReferences']).toEqual([reference(second)]);
});

it('takes whole families in the foreground, the youngest first', () => {
  const order: string[] = [];
  store.subscribe(({ type, object }) => {
    if (type === 'deleted') order.push(object.metadata.name ?? '');
  });
  const owner = make('owner');
  const block = { blockOwnerDeletion: true };
  const child = make('child', { ownerReferences: [reference(owner, block)] });
  make('grandchild', { ownerReferences: [reference(child, block)] });
  remove(owner, 'Foreground');
  expect(order).toEqual(['grandchild', 'child', 'owner']);
});

it('leaves orphans without a trace of their owner', () => {
  const owner = make('owner');
  make('child', { ownerReferences: [reference(owner)] });
  remove(owner, 'Orphan');
  expect(found('owner')).toBeUndefined();
  expect(found('child')?.metadata).not.toHaveProperty('ownerReferences');
});

it('goes on when a dependent forgets its owner by itself', () => {
  const owner = make('owner');
  make('child', { ...held, ownerReferences: [reference(owner, { blockOwnerDeletion: true })] });
  remove(owner, 'Foreground');
  store.update({ type: configMapType, namespace: 'd', name: 'child' }, (child) => ({
    ...child,
    metadata: { ...child.metadata, ownerReferences: [] },
  }));
  expect(found('owner')).toBeUndefined();
});
