import type { JobResult, Outcome } from '@millrace/core';
import { expect, it } from 'vitest';
import { endedWorkflow } from './report-workflow.ts';

const failure = (reason: string): Outcome => ({ kind: 'failure', reason, message: 'words' });
const ended = (outcome: Outcome, units: JobResult['units'] = []): object =>
  endedWorkflow({ job: '7', outcome, units }, 1_700_000_000_500, 1_700_000_005_900);
const times = { started: 1_700_000_000, finished: 1_700_000_005 };

it.each<[string, Outcome, object]>([
  ['success', { kind: 'success' }, { error: '', canceled: false }],
  ['a failing step', failure('script_failed'), { error: '', canceled: false }],
  ['a step without memory', failure('oom_killed'), { error: '', canceled: false }],
  ['a cancel', { kind: 'canceled', message: 'x' }, { error: '', canceled: true }],
  ['the end of its time', failure('job_timeout'), { error: '', canceled: true }],
  ['a pod that is gone', failure('pod_deleted'), { error: 'words', canceled: false }],
  ['a refusal of the API', failure('api_forbidden'), { error: 'words', canceled: false }],
])('%s is told as the reference tells it', (_what, outcome, expected) => {
  expect(ended(outcome)).toEqual({ ...times, ...expected });
});

it('a step that ended by itself is no error of the workflow, whatever took its pod', () => {
  const outcome = failure('evicted');
  const unit = { unit: 'a', outcome, exitCode: 143, podName: 'p', attempts: 1, stages: [] };
  expect(ended(outcome, [unit])).toEqual({ ...times, error: '', canceled: false });
});
