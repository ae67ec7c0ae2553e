import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { age } from './age.ts';
import { podOf, startTime } from './fixture.test.helpers.ts';
import { podStatus } from './table-pods.ts';
import { tableOf } from './table.ts';
import { podType } from '../store/resource-types.ts';

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
