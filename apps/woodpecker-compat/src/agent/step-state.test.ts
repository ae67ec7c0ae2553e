import type { UnitResult } from '@millrace/core';
import { expect, it } from 'vitest';
import { endedStep, startedStep } from './step-state.ts';

const result = (more: Partial<UnitResult>): UnitResult => ({
  unit: 'a',
  outcome: { kind: 'success' },
  startedAt: 1_700_000_000_500,
  finishedAt: 1_700_000_005_900,
  podName: 'wp-a',
  attempts: 1,
  stages: [],
  ...more,
});
const ran = { started: 1_700_000_000, finished: 1_700_000_005, exited: true, canceled: false };
const never = {
  outcome: { kind: 'failure', reason: 'image_pull_failed', message: 'no such image' },
} as const;

it.each<[string, Partial<UnitResult>, object]>([
  ['success', { exitCode: 0 }, { ...ran, exitCode: 0, error: '' }],
  [
    'its own exit code',
    {
      exitCode: 3,
      outcome: { kind: 'failure', reason: 'script_failed', message: 'x', exitCode: 3 },
    },
    { ...ran, exitCode: 3, error: '' },
  ],
  [
    'no memory left',
    {
      exitCode: 137,
      outcome: { kind: 'failure', reason: 'oom_killed', message: 'out of memory', exitCode: 137 },
    },
    { ...ran, exitCode: 137, error: 'out of memory' },
  ],
  [
    'a pod that is gone',
    { outcome: { kind: 'failure', reason: 'pod_deleted', message: 'pods "wp-a" not found' } },
    { started: 0, exited: true, exitCode: 0, error: 'pods "wp-a" not found' },
  ],
  ['a start that failed', never, { started: 0, exited: true, exitCode: 0, error: 'no such image' }],
  [
    'skipped',
    { outcome: { kind: 'skipped' } },
    { skipped: true, exited: false, started: 0, finished: 0 },
  ],
  [
    'canceled, with an end that is known',
    { exitCode: 143, outcome: { kind: 'canceled', message: 'x' } },
    { ...ran, exitCode: 143, error: 'Canceled', canceled: true },
  ],
])('%s is told as the reference tells it', (_what, more, expected) => {
  expect(endedStep('A', result(more))).toMatchObject({ stepUuid: 'A', ...expected });
});

it('out of time is told as canceled', () => {
  const outcome = { kind: 'failure', reason: 'job_timeout', message: 'too long' } as const;
  const told = endedStep('A', result({ outcome }));
  expect(told).toMatchObject({ finished: 0, exited: false, error: 'Canceled', canceled: true });
  expect(endedStep('A', result({ outcome, exitCode: 143 }))).toMatchObject({
    ...ran,
    exitCode: 143,
    error: 'Canceled',
    canceled: true,
  });
});

it('canceled while it ran, without a known end, has not exited', () => {
  const { finishedAt: _, ...open } = result({ outcome: { kind: 'canceled', message: 'x' } });
  expect(endedStep('A', open)).toMatchObject({
    started: 1_700_000_000,
    finished: 0,
    exited: false,
    canceled: true,
    error: 'Canceled',
  });
});

it('a beginning has no times', () => {
  expect(startedStep('A')).toEqual({
    stepUuid: 'A',
    started: 0,
    finished: 0,
    exited: false,
    exitCode: 0,
    error: '',
    canceled: false,
    skipped: false,
  });
});
