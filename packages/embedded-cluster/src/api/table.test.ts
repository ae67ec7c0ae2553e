import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { age } from './age.ts';
import { podOf, startTime } from './fixture.test.helpers.ts';
import { podStatus } from './table-pods.ts';
import { tableColumns, tableOf } from './table.ts';
import { findResource, podType, servedResources } from '../store/resource-types.ts';

const pod = (status: JsonObject, metadata: JsonObject = {}): ReturnType<typeof podOf> => ({
  ...podOf('a', {}, metadata),
  status,
});
const container = (state: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: 'build',
  state,
  ready: false,
  restartCount: 0,
  ...more,
});

describe('the STATUS column', () => {
  it.each<[string, JsonObject, string]>([
    ['the phase', { phase: 'Pending' }, 'Pending'],
    ['the reason of the pod', { phase: 'Failed', reason: 'Evicted' }, 'Evicted'],
    [
      'why a container waits',
      {
        phase: 'Pending',
        containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })],
      },
      'ImagePullBackOff',
    ],
    [
      'how a container ended',
      {
        phase: 'Failed',
        containerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })],
      },
      'Error',
    ],
    [
      'the signal of one without a reason',
      {
        phase: 'Failed',
        containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })],
      },
      'Signal:9',
    ],
    [
      'how far init containers are',
      { phase: 'Pending', initContainerStatuses: [container({ running: {} })] },
      'Init:0/0',
    ],
    [
      'why an init container failed',
      { phase: 'Pending', initContainerStatuses: [container({ terminated: { exitCode: 2 } })] },
      'Init:ExitCode:2',
    ],
  ])('shows %s', (_what, status, expected) => {
    expect(podStatus(pod(status))).toBe(expected);
  });

  it('shows that a pod is going away', () => {
    expect(
      podStatus(pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-02T03:04:05Z' })),
    ).toBe('Terminating');
  });
});

it('counts restarts and says how long ago the last one was', () => {
  const last = { terminated: { finishedAt: '2026-01-02T03:03:00Z' } };
  const object = pod({
    phase: 'Running',
    containerStatuses: [
      container({ running: {} }, { restartCount: 2, lastState: last, ready: true }),
    ],
  });
  expect(tableOf(podType, object, startTime).slice(0, 5)).toEqual([
    'a',
    '1/1',
    'Running',
    '2 (65s ago)',
    '<unknown>',
  ]);
});

it.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [200, '3m20s'],
  [3600, '60m'],
  [3 * 3600 + 300, '3h5m'],
  [47 * 3600, '47h'],
  [3 * 86_400 + 3600, '3d1h'],
  [400 * 86_400, '400d'],
  [800 * 86_400, '2y70d'],
])('prints an age of %i seconds as %s', (seconds, expected) => {
  expect(age(new Date(startTime - seconds * 1000).toISOString(), startTime)).toBe(expected);
});

it.each(servedResources.filter(({ stored }) => stored))(
  'has as many cells as columns for $plural',
  (type) => {
    const object = { apiVersion: 'v1', kind: type.kind, metadata: { name: 'a' } };
    expect(tableOf(type, object, startTime)).toHaveLength(tableColumns(type).length);
  },
);

const event = {
  involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{c}' },
  reason: 'R',
  type: 'Normal',
  message: 'text\n',
  source: { component: 'kubelet', host: 'n' },
  firstTimestamp: '2026-01-02T03:03:05Z',
  lastTimestamp: '2026-01-02T03:04:00Z',
};

it.each<[string, string, JsonObject, readonly unknown[]]>([
  [
    'events',
    '',
    event,
    ['5s', 'Normal', 'R', 'pod/p', 'spec.containers{c}', 'kubelet, n', 'text', '60s', 1, 'a'],
  ],
  [
    'services',
    '',
    { spec: { type: 'ClusterIP', clusterIP: 'None', selector: { b: 'c', a: 'b' } } },
    ['a', 'ClusterIP', 'None', '<none>', '<none>', '<unknown>', 'a=b,b=c'],
  ],
  [
    'persistentvolumeclaims',
    '',
    {
      spec: { volumeName: 'v', volumeMode: 'Block' },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'] },
    },
    ['a', 'Bound', 'v', '', 'RWO', '', '<unset>', '<unknown>', 'Block'],
  ],
  [
    'resourcequotas',
    '',
    { status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } } },
    ['a', 'pods: 1/5', 'limits.cpu: 0/2', '<unknown>'],
  ],
  [
    'endpoints',
    '',
    { subsets: [{ addresses: ['1', '2', '3', '4'].map((ip) => ({ ip })), ports: [{ port: 80 }] }] },
    ['a', '1:80,2:80,3:80 + 1 more...', '<unknown>'],
  ],
  [
    'poddisruptionbudgets',
    'policy',
    { spec: { minAvailable: 1 }, status: { disruptionsAllowed: 2 } },
    ['a', '1', 'N/A', 2, '<unknown>'],
  ],
  [
    'rolebindings',
    'rbac.authorization.k8s.io',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
    ['a', 'Role/r', '<unknown>', 'u', '', 'n/s'],
  ],
  [
    'priorityclasses',
    'scheduling.k8s.io',
    { value: 7, preemptionPolicy: 'Never' },
    ['a', 7, false, '<unknown>', 'Never'],
  ],
])('prints what %s are', (plural, group, fields, cells) => {
  const type = findResource(group, 'v1', plural);
  const object = { apiVersion: 'v1', kind: '', metadata: { name: 'a' }, ...fields };
  expect(type && tableOf(type, object, startTime)).toEqual(cells);
});
