import type { JsonObject, KubeObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { containerFate, containerOutcome, containerRan } from './container-state.ts';

const at = (second: number): string => `2026-11-21T08:00:${String(second).padStart(2, '0')}Z`;
const question = { container: 'step', podName: 'one', stopped: false };

interface Shape {
  readonly metadata?: JsonObject;
  readonly status?: JsonObject;
  readonly state?: JsonObject;
  readonly beside?: JsonObject;
}

const pod = ({
  metadata = {},
  status = {},
  state = { running: {} },
  beside,
}: Shape): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'ci', ...metadata },
  spec: { terminationGracePeriodSeconds: 20 },
  status: {
    phase: 'Running',
    containerStatuses: [
      ...(beside === undefined ? [] : [{ name: 'beside', state: beside }]),
      { name: 'step', state },
    ],
    ...status,
  },
});
const ended = (exitCode: number, second: number, reason = 'Completed'): JsonObject => ({
  terminated: { exitCode, reason, finishedAt: at(second) },
});
/** Deletion was asked for at that second, with 20 seconds. */
const deletedAt = (second: number): JsonObject => ({
  deletionTimestamp: at(second + 20),
  deletionGracePeriodSeconds: 20,
});
const disruptedAt = (second: number): JsonObject => ({
  conditions: [
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'preempted',
      lastTransitionTime: at(second),
    },
  ],
});
const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' };

const fateOf = (shape: Shape | undefined, deleted = false, stopped = false): string => {
  const sighting = { pod: shape === undefined ? undefined : pod(shape), deleted };
  const fate = containerFate(sighting, { ...question, stopped });
  if (fate.kind === 'ended') return `ended ${fate.end.exitCode}`;
  return fate.kind === 'going' ? 'going' : `${fate.kind} ${fate.outcome.reason}`;
};

describe('a container', () => {
  it.each<[string, Shape | undefined, boolean, string]>([
    ['that nobody has seen goes on', undefined, false, 'going'],
    ['that runs goes on', {}, false, 'going'],
    ['that has ended has ended', { state: ended(0, 10) }, false, 'ended 0'],
    [
      'that has ended beside one that runs has ended',
      { state: ended(3, 10, 'Error'), beside: { running: {} } },
      false,
      'ended 3',
    ],
    [
      'beside one that has ended goes on',
      { beside: { terminated: { exitCode: 1, reason: 'Error' } } },
      false,
      'going',
    ],
    ['whose pod vanished is lost', {}, true, 'lost pod_deleted'],
    ['that was never seen and whose pod vanished is lost', undefined, true, 'lost pod_deleted'],
    [
      'whose pod is being deleted has time',
      { metadata: deletedAt(5) },
      false,
      'going-away pod_deleted',
    ],
    [
      'that ended before its pod was deleted has ended by itself',
      { metadata: deletedAt(12), state: ended(0, 10) },
      true,
      'ended 0',
    ],
    [
      'that ended after its pod was deleted is lost, even with 0',
      { metadata: deletedAt(10), state: ended(0, 12) },
      false,
      'lost pod_deleted',
    ],
    [
      'that ended in the second of the deletion is lost: nobody knows what came first',
      { metadata: deletedAt(10), state: ended(0, 10) },
      false,
      'lost pod_deleted',
    ],
    ['that is preempted has time', { status: disruptedAt(5) }, false, 'going-away evicted'],
    [
      'that was preempted is lost',
      { status: disruptedAt(5), state: ended(143, 9, 'Error') },
      false,
      'lost evicted',
    ],
    [
      'that ended before it was preempted has ended by itself',
      { status: disruptedAt(15), state: ended(0, 9) },
      false,
      'ended 0',
    ],
    [
      'whose pod was evicted is lost, even with 0',
      { status: evicted, state: ended(0, 9) },
      false,
      'lost evicted',
    ],
    [
      'of which the kubelet knows nothing any more is lost',
      {
        status: { phase: 'Failed' },
        state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
      },
      false,
      'lost result_unknown',
    ],
    [
      'whose node is gone is lost',
      { status: { phase: 'Failed', reason: 'NodeLost', message: 'gone' } },
      false,
      'lost node_lost',
    ],
    [
      'whose pod is over without a record of it is lost, whatever the phase',
      { status: { phase: 'Succeeded', containerStatuses: [] } },
      false,
      'lost result_unknown',
    ],
  ])('%s', (_what, shape, deleted, expected) => {
    expect(fateOf(shape, deleted)).toBe(expected);
  });
});

describe('a container whose pod we have deleted', () => {
  it.each<[string, Shape, boolean, string]>([
    ['goes on until it ends', { metadata: deletedAt(5) }, false, 'going'],
    [
      'has ended with what it ended with',
      { metadata: deletedAt(5), state: ended(143, 9) },
      false,
      'ended 143',
    ],
    ['is lost with its pod', { metadata: deletedAt(5) }, true, 'lost pod_deleted'],
  ])('%s', (_what, shape, deleted, expected) => {
    expect(fateOf(shape, deleted, true)).toBe(expected);
  });
});

describe('an end', () => {
  it.each([
    [0, 'Completed', { kind: 'success' }],
    [0, 'OOMKilled', { kind: 'success' }],
    [1, 'Error', { reason: 'script_failed', exitCode: 1 }],
    [255, 'Error', { reason: 'script_failed', exitCode: 255 }],
    [137, 'OOMKilled', { reason: 'oom_killed', exitCode: 137 }],
    [128, 'StartError', { kind: 'failure', reason: 'container_start_failed' }],
  ])('with %i, %s', (exitCode, reason, expected) => {
    const end = { exitCode, reason, message: '', finishedAt: undefined };
    expect(containerOutcome(end, 'step')).toMatchObject(expected);
  });

  it('of a container whose process never came up is none of its program', () => {
    expect(containerRan(pod({ state: ended(128, 1, 'StartError') }), 'step')).toBe(false);
    expect(containerRan(pod({ state: ended(1, 1, 'Error') }), 'step')).toBe(true);
    expect(containerRan(pod({ state: { waiting: {} } }), 'step')).toBe(false);
  });
});
