import { createFakeClock } from '@millrace/async';
import type { JsonObject, KubeObject } from '@millrace/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterNames } from '../contracts.ts';
import { createClusterNames } from './cluster-names.ts';
import { podType, serviceType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

let store: ObjectStore;
let names: ClusterNames;

beforeEach(() => {
  store = createStore({ clock: createFakeClock() });
  names = createClusterNames(store);
});

const service = (spec: JsonObject = {}): void =>
  void store.create(serviceType, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'net', namespace: 'ci' },
    spec: { clusterIP: 'None', selector: { task: '7' }, ...spec },
  });

interface PodParts {
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

const ready = { type: 'Ready', status: 'True' };
const pod = (name: string, { spec, status, labels, namespace = 'ci' }: PodParts = {}): KubeObject =>
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: labels ?? { task: '7' } },
    spec: { containers: [], ...spec },
    status: { phase: 'Running', podIP: '127.0.0.1', conditions: [ready], ...status },
  });
const db = { hostname: 'db', subdomain: 'net' };
const full = 'db.net.ci.svc.cluster.local';

it('a pod sees others by all names that its search list completes', () => {
  service();
  pod('db', { spec: db });
  expect(names.seenBy(pod('near'))).toEqual([
    { ip: '127.0.0.1', hostnames: [full, 'db.net', 'db.net.ci', 'db.net.ci.svc'] },
  ]);
  const step = pod('step', {
    spec: { dnsConfig: { searches: ['net.ci.svc.cluster.local', 'example.org'] } },
  });
  expect(names.seenBy(step)[0]?.hostnames).toContain('db');
  const far = pod('far', { namespace: 'other' });
  expect(names.seenBy(far)).toEqual([
    { ip: '127.0.0.1', hostnames: [full, 'db.net.ci', 'db.net.ci.svc'] },
  ]);
});

it.each<[string, JsonObject]>([
  ['asks nobody but the servers it names', { dnsPolicy: 'None' }],
  ['asks what its node asks', { dnsPolicy: 'Default' }],
  ['has the network of its node', { hostNetwork: true }],
])('a pod that %s sees no names', (_what, spec) => {
  service();
  pod('db', { spec: db });
  expect(names.seenBy(pod('step', { spec }))).toEqual([]);
});

describe('a pod has no name', () => {
  it.each<[string, PodParts]>([
    ['without a host name', { spec: { subdomain: 'net' } }],
    ['without a subdomain', { spec: { hostname: 'db' } }],
    ['without a service of that name', { spec: { ...db, subdomain: 'other' } }],
    ['that the service does not choose', { spec: db, labels: { task: '8' } }],
    ['before it is ready', { spec: db, status: { conditions: [{ ...ready, status: 'False' }] } }],
    ['after it has ended', { spec: db, status: { phase: 'Succeeded' } }],
  ])('%s', (_what, parts) => {
    service();
    pod('db', parts);
    expect(names.seenBy(pod('step'))).toEqual([]);
  });

  it('where its service has an address of its own', () => {
    service({ clusterIP: '10.96.0.7' });
    pod('db', { spec: db });
    expect(names.seenBy(pod('step'))).toEqual([]);
  });
});

it('a service may publish pods that are not ready', () => {
  service({ publishNotReadyAddresses: true });
  pod('db', { spec: db, status: { conditions: [] } });
  expect(names.seenBy(pod('step'))[0]?.hostnames).toContain('db.net');
});

it('only news about names is told', () => {
  let told = 0;
  const stop = names.onChange(() => {
    told += 1;
  });
  pod('db', { spec: db });
  pod('other');
  expect(told).toBe(0);
  service();
  expect(told).toBe(1);
  const key = { type: podType, namespace: 'ci', name: 'db' };
  store.update(key, (object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { a: 'b' } },
  }));
  expect(told).toBe(1);
  store.remove(key);
  expect(told).toBe(2);
  stop();
  pod('db', { spec: db });
  expect(told).toBe(2);
});
