import type { KubeObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, describe, expect, it } from 'vitest';
import { deleteObject } from './deletion.ts';
import { startEventExpiry } from './event-expiry.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import type { StoredChange } from './history.ts';
import { configMapType, eventType, secretType } from './resource-types.ts';
import { keyOf } from './object-meta.ts';
import { createStore, type ObjectStore } from './store.ts';

const clock = createFakeClock();
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock, historyLimit: 3 });
});

const make = (name: string, metadata: KubeObject['metadata'] = {}): KubeObject =>
  store.create(configMapType, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'd', ...metadata },
  });
const key = (name: string) => ({ type: configMapType, namespace: 'd', name });

it('freezes what it holds', () => {
  expect(Object.isFrozen(make('a', { labels: { x: 'y' } }).metadata.labels)).toBe(true);
});

it('delivers changes in order, also those made by a listener', () => {
  const seen: string[] = [];
  store.subscribe((change) => {
    if (change.type === 'added' && change.object.metadata.name === 'a') make('b');
  });
  store.subscribe(
    (change) =>
      void seen.push(
        `${change.resourceVersion} ${change.type} ${change.object.metadata.name ?? ''}`,
      ),
  );
  make('a');
  store.remove(key('a'));
  expect(seen).toEqual(['1 added a', '2 added b', '3 deleted a']);
});

it('tells the other listeners before it reports one that fails', () => {
  const seen: StoredChange[] = [];
  store.subscribe(() => {
    throw new Error('mine');
  });
  store.subscribe((change) => void seen.push(change));
  expect(() => make('a')).toThrow('a store listener failed');
  expect(seen).toHaveLength(1);
  expect(() => make('b')).toThrow();
  expect(seen).toHaveLength(2);
});

it('makes no version when nothing differs', () => {
  make('a', { labels: { x: '1', y: '2' } });
  const before = store.version();
  store.update(key('a'), (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { y: '2', x: '1' } },
  }));
  expect(store.version()).toBe(before);
});

it('shows the past as far as its history goes', () => {
  make('a');
  make('b');
  store.update(key('a'), (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { x: '1' } },
  }));
  store.remove(key('b'));
  expect(
    store
      .listAt(configMapType, 'd', 2)
      .map((object) => [object.metadata.name, object.metadata.labels]),
  ).toEqual([
    ['a', undefined],
    ['b', undefined],
  ]);
  for (const name of ['c', 'd', 'e']) make(name);
  expect(() => store.listAt(configMapType, 'd', 2)).toThrow('too old resource version: 2 (4)');
  expect(store.changesSince(4)).toHaveLength(3);
});

describe('garbage collection', () => {
  beforeEach(() => void startGarbageCollector(store, clock));
  const owned = (name: string, owner: KubeObject, uid = owner.metadata.uid ?? ''): KubeObject =>
    store.create(secretType, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: 'd',
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: owner.metadata.name ?? '',
            uid,
            blockOwnerDeletion: true,
          },
        ],
      },
    });

  it('removes what belongs to an owner that never was', () => {
    owned('s', make('a'), 'other');
    expect(store.list(secretType)).toEqual([]);
  });

  it('removes dependents first in foreground deletion', () => {
    const order: string[] = [];
    const owner = make('a');
    owned('s', owner);
    store.subscribe(
      (change) => void (change.type === 'deleted' && order.push(change.object.metadata.name ?? '')),
    );
    deleteObject(store, clock, keyOf(configMapType, owner), { propagationPolicy: 'Foreground' });
    expect(order).toEqual(['s', 'a']);
  });

  it('follows chains of owners', () => {
    const [a, b] = [make('a'), make('b')];
    store.update(key('b'), (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: a.metadata.uid ?? '' },
        ],
      },
    }));
    owned('s', b);
    store.remove(key('a'));
    expect([...store.list(configMapType), ...store.list(secretType)]).toEqual([]);
  });
});

it('forgets events after an hour', async () => {
  startEventExpiry(store, clock);
  const note = (name: string): KubeObject =>
    store.create(eventType, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'd' },
    });
  note('a');
  await clock.advance(3_600_000);
  note('b');
  expect(store.list(eventType).map((event) => event.metadata.name)).toEqual(['b']);
});
