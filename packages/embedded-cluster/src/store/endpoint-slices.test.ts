import type { JsonObject, KubeObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, expect, it } from 'vitest';
import { startEndpointSlices } from './endpoint-slices.ts';
import { record } from './json.ts';
import { endpointSliceType, podType, serviceType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

const clock = createFakeClock();
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock });
  startEndpointSlices(store);
});

const addService = (spec: JsonObject): KubeObject =>
  store.create(serviceType, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'front', namespace: 'd' },
    spec: { type: 'ClusterIP', selector: { app: 'web' }, ...spec },
  });
const addPod = (name: string, app: string): KubeObject =>
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'd', labels: { app } },
    spec: { nodeName: 'n', containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] },
  });
const setStatus = (name: string, status: JsonObject): unknown =>
  store.update({ type: podType, namespace: 'd', name }, (pod) => ({
    ...pod,
    status: { ...record(pod, 'status'), ...status },
  }));
const slices = (): readonly KubeObject[] => store.list(endpointSliceType, 'd');

it('has the ready pods of a service, and the ports behind its own', () => {
  const service = addService({
    ports: [
      { name: 'web', port: 80, targetPort: 'http' },
      { port: 81, targetPort: 9 },
    ],
  });
  addPod('a', 'web');
  addPod('b', 'other');
  expect(slices()).toMatchObject([
    {
      metadata: {
        name: expect.stringMatching(/^front-[a-z\d]{5}$/u) as string,
        labels: { 'kubernetes.io/service-name': 'front' },
        ownerReferences: [{ kind: 'Service', uid: service.metadata.uid }],
      },
      endpoints: [],
    },
  ]);
  setStatus('a', {
    phase: 'Running',
    podIP: '10.0.0.7',
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  expect(slices()).toMatchObject([
    {
      endpoints: [
        {
          addresses: ['10.0.0.7'],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', name: 'a' },
        },
      ],
      ports: [
        { name: 'web', port: 8080, protocol: 'TCP' },
        { name: '', port: 9, protocol: 'TCP' },
      ],
    },
  ]);
  setStatus('a', { phase: 'Succeeded' });
  expect(slices()).toMatchObject([{ endpoints: [] }]);
});

it.each([
  ['chooses no pods', { selector: {} }],
  ['is only another name', { type: 'ExternalName' }],
])('has none for a service that %s', (_what, spec) => {
  addService(spec);
  addPod('a', 'web');
  expect(slices()).toEqual([]);
});
