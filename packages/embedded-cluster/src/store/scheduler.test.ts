import type { JsonObject, KubeObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, expect, it } from 'vitest';
import { startControllers } from './controllers.ts';
import { records, text } from './json.ts';
import { claimType, eventType, nodeType, podType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

let store: ObjectStore;
beforeEach(() => {
  const clock = createFakeClock(Date.parse('2026-01-02T03:04:05Z'));
  store = createStore({ clock });
  startControllers(store, { clock });
});

const addNode = (
  spec: JsonObject = {},
  labels: Readonly<Record<string, string>> = {},
): KubeObject =>
  store.create(nodeType, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels },
    spec,
    status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } },
  });

const addPod = (name: string, spec: JsonObject = {}): void => {
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'i' }], ...spec },
    status: { phase: 'Pending' },
  });
};
const podNow = (name: string): KubeObject | undefined =>
  store.get({ type: podType, namespace: 'default', name });
const nodeOf = (name: string): string => text(podNow(name), 'spec', 'nodeName');
const refusal = (name: string): string =>
  text(records(podNow(name), 'status', 'conditions')[0], 'message');
const cpu = (amount: string): JsonObject => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: amount } } }],
});

it('lists events in the order in which they came', () => {
  addNode();
  addPod('a', cpu('2'));
  addPod('a2', cpu('1'));
  for (const reason of ['FailedScheduling', 'Scheduled'])
    expect(store.list(eventType, 'default').map((event) => text(event, 'reason'))).toContain(
      reason,
    );
  store.update({ type: nodeType, namespace: '', name: 'n' }, (node) => ({
    ...node,
    status: { allocatable: { cpu: '8', memory: '1Gi', pods: '9' } },
  }));
  const ofPod = store
    .list(eventType, 'default')
    .filter((event) => text(event, 'involvedObject', 'name') === 'a');
  expect(ofPod.map((event) => text(event, 'reason'))).toEqual(['FailedScheduling', 'Scheduled']);
});

it('binds a pod that fits and records it', () => {
  addNode();
  addPod('a');
  expect(nodeOf('a')).toBe('n');
  expect(podNow('a')).toMatchObject({
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  });
  expect(store.list(eventType, 'default')).toMatchObject([
    {
      reason: 'Scheduled',
      type: 'Normal',
      message: 'Successfully assigned default/a to n',
      involvedObject: { name: 'a' },
    },
  ]);
});

const unhelpful =
  'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
const noVictims =
  'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
const affinity = (operator: string, values: readonly string[]): JsonObject => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator, values }] }],
      },
    },
  },
});

it.each<[string, JsonObject, string]>([
  [
    'a selector that no node has',
    { nodeSelector: { a: 'b' } },
    `1 node(s) didn't match Pod's node affinity/selector. ${unhelpful}`,
  ],
  [
    'an affinity that no node has',
    affinity('In', ['x']),
    `1 node(s) didn't match Pod's node affinity/selector. ${unhelpful}`,
  ],
  ['more CPU than there is', cpu('1500m'), `1 Insufficient cpu. ${noVictims}`],
  [
    'a claim that is not there',
    { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] },
    `persistentvolumeclaim "x" not found. ${unhelpful}`,
  ],
])('says why a pod waits: %s', (_what, spec, message) => {
  addNode();
  addPod('a', spec);
  expect(nodeOf('a')).toBe('');
  expect(podNow('a')).toMatchObject({
    status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
  });
  expect(refusal('a')).toBe(`0/1 nodes are available: ${message}`);
  expect(store.list(eventType, 'default')).toMatchObject([
    { reason: 'FailedScheduling', type: 'Warning' },
  ]);
});

it('respects taints unless they are tolerated', () => {
  addNode({ taints: [{ key: 'ci', value: 'only', effect: 'NoSchedule' }] });
  addPod('a');
  addPod('b', { tolerations: [{ key: 'ci', operator: 'Exists' }] });
  expect(refusal('a')).toContain('1 node(s) had untolerated taint {ci: only}');
  expect(nodeOf('b')).toBe('n');
});

it('follows affinity to a node that has it', () => {
  addNode({}, { zone: 'x' });
  addPod('a', affinity('In', ['x', 'y']));
  addPod('b', affinity('NotIn', ['x']));
  expect([nodeOf('a'), nodeOf('b')]).toEqual(['n', '']);
});

it('tries again when a node comes, and when room is made', () => {
  addPod('a', cpu('600m'));
  addPod('b', cpu('600m'));
  expect(refusal('a')).toBe('no nodes available to schedule pods');
  addNode();
  expect([nodeOf('a'), nodeOf('b')]).toEqual(['n', '']);
  store.update({ type: podType, namespace: 'default', name: 'a' }, (pod) => ({
    ...pod,
    status: { phase: 'Succeeded' },
  }));
  expect(nodeOf('b')).toBe('n');
});

it('counts pods as well', () => {
  addNode();
  for (const name of ['a', 'b', 'c']) addPod(name);
  expect(refusal('c')).toContain('1 Too many pods');
});

it('binds claims of the default class when their first pod has a node', () => {
  addNode();
  store.create(claimType, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'x', namespace: 'default' },
    spec: {
      storageClassName: 'standard',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
    status: { phase: 'Pending' },
  });
  addPod('a', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] });
  expect(nodeOf('a')).toBe('n');
  expect(store.get({ type: claimType, namespace: 'default', name: 'x' })).toMatchObject({
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  });
});

it('leaves pods of other schedulers alone', () => {
  addNode();
  addPod('a', { schedulerName: 'mine' });
  expect([nodeOf('a'), refusal('a')]).toEqual(['', '']);
});
