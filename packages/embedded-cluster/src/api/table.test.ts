import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { age } from './age.ts';
import { podOf, startTime } from './fixture.test.helpers.ts';
import { podStatus } from './table-pods.ts';
import { tableColumns, tableOf } from './table.ts';
import {
  claimType,
  disruptionBudgetType,
  eventType,
  nodeType,
  podType,
  quotaType,
  roleBindingType,
  roleType,
  serviceType,
  storageClassType,
  type ServedResource,
} from '../store/resource-types.ts';

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

describe('rows', () => {
  const metadata = { name: 'x', namespace: 'd', creationTimestamp: '2026-01-02T03:03:55Z' };
  const row = (
    type: ServedResource,
    fields: JsonObject,
    more: JsonObject = {},
  ): readonly unknown[] =>
    tableOf(
      type,
      { apiVersion: 'v1', kind: type.kind, metadata: { ...metadata, ...more }, ...fields },
      startTime,
    );

  it.each<[string, ServedResource, JsonObject, readonly unknown[]]>([
    [
      'a service that waits for its balancer',
      serviceType,
      {
        spec: {
          type: 'LoadBalancer',
          clusterIP: '10.96.0.10',
          selector: { b: '2', a: '1' },
          ports: [
            { port: 80, nodePort: 30_080, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      ['x', 'LoadBalancer', '10.96.0.10', '<pending>', '80:30080/TCP,53/UDP', '10s', 'a=1,b=2'],
    ],
    [
      'a bound claim',
      claimType,
      {
        spec: { volumeName: 'v', storageClassName: 's', volumeMode: 'Filesystem' },
        status: {
          phase: 'Bound',
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
        },
      },
      ['x', 'Bound', 'v', '1Gi', 'RWO,ROX', 's', '<unset>', '10s', 'Filesystem'],
    ],
    [
      'a quota, limits apart',
      quotaType,
      {
        status: {
          hard: { 'limits.cpu': '2', pods: '5', 'count/secrets': '3' },
          used: { pods: '1' },
        },
      },
      ['x', 'count/secrets: 0/3, pods: 1/5', 'limits.cpu: 0/2', '10s'],
    ],
    [
      'a budget',
      disruptionBudgetType,
      { spec: { maxUnavailable: '25%' }, status: { disruptionsAllowed: 2 } },
      ['x', 'N/A', '25%', 2, '10s'],
    ],
    [
      'a binding',
      roleBindingType,
      {
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'User', name: 'jane' },
          { kind: 'User', name: 'joe' },
          { kind: 'ServiceAccount', namespace: 'n', name: 'a' },
        ],
      },
      ['x', 'Role/r', '10s', 'jane, joe', '', 'n/a'],
    ],
    ['a role', roleType, {}, ['x', '2026-01-02T03:03:55Z']],
    [
      'a node that is closed',
      nodeType,
      {
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          nodeInfo: { kubeletVersion: 'v1' },
        },
      },
      [
        'x',
        'Ready,SchedulingDisabled',
        '<none>',
        '10s',
        'v1',
        '<none>',
        '<none>',
        '<unknown>',
        '<unknown>',
        '<unknown>',
      ],
    ],
    [
      'an event of the new kind',
      eventType,
      {
        involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{c}' },
        type: 'Normal',
        reason: 'R',
        message: ' m ',
        eventTime: '2026-01-02T03:04:00Z',
        reportingComponent: 'scheduler',
        reportingInstance: 'here',
      },
      ['5s', 'Normal', 'R', 'pod/p', 'spec.containers{c}', 'scheduler, here', 'm', '5s', '1', 'x'],
    ],
  ])('show %s', (_what, type, fields, cells) => {
    expect(row(type, fields)).toEqual(cells);
    expect(tableColumns(type)).toHaveLength(cells.length);
  });

  it('say that a claim is going away and which class is the default', () => {
    expect(row(claimType, { status: { phase: 'Bound' } }, { deletionTimestamp: 'x' })[1]).toBe(
      'Terminating',
    );
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    expect(row(storageClassType, { provisioner: 'p' }, { annotations })).toEqual([
      'x (default)',
      'p',
      'Delete',
      'Immediate',
      false,
      '10s',
    ]);
  });
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
