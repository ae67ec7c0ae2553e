import { expect, it } from 'vitest';
import { decideJob, outcomeOf, type JobOutcome } from './decide-job.ts';
import type { JobWhen, PipelineJob } from './pipeline.ts';

const job: PipelineJob = {
  name: 't',
  stage: 'test',
  when: 'on_success',
  allowFailure: false,
  after: ['a', 'b'],
  hasNeeds: false,
  artifactsFrom: [],
  script: ['x'],
  afterScript: [],
  preGetSources: [],
  services: [],
  variables: [],
};
const ended = (a: JobOutcome, b?: JobOutcome) =>
  new Map<string, JobOutcome>([['a', a], ...(b === undefined ? [] : [['b', b] as const])]);

it.each<[string, JobWhen, boolean, ReadonlyMap<string, JobOutcome>, string]>([
  ['waits until everything before it has ended', 'on_success', false, ended('success'), 'wait'],
  ['waits even when something has failed', 'on_failure', false, ended('failed'), 'wait'],
  ['runs after success', 'on_success', false, ended('success', 'success'), 'run'],
  ['is skipped after a failure', 'on_success', false, ended('success', 'failed'), 'skip'],
  [
    'runs after a skipped job of an earlier stage',
    'on_success',
    false,
    ended('success', 'skipped'),
    'run',
  ],
  ['is skipped when a job it needs was', 'on_success', true, ended('success', 'skipped'), 'skip'],
  ['runs on failure after a failure', 'on_failure', false, ended('failed', 'success'), 'run'],
  ['is skipped on failure after success', 'on_failure', false, ended('success', 'success'), 'skip'],
  ['always runs', 'always', true, ended('failed', 'skipped'), 'run'],
  ['does not wait for its delay', 'delayed', false, ended('success', 'success'), 'run'],
  ['is skipped when manual', 'manual', false, ended('success', 'success'), 'skip'],
])('%s', (_behaviour, when, hasNeeds, outcomes, expected) => {
  expect(decideJob({ ...job, when, hasNeeds }, outcomes)).toBe(expected);
});

it.each<[string, PipelineJob['allowFailure'], number, JobOutcome]>([
  ['exit code 0 is success', false, 0, 'success'],
  ['another is a failure', false, 1, 'failed'],
  ['unless failure is allowed', true, 1, 'success'],
  ['or this exit code is', { exitCodes: [3] }, 3, 'success'],
  ['but no other', { exitCodes: [3] }, 1, 'failed'],
])('%s', (_behaviour, allowFailure, exitCode, expected) => {
  expect(outcomeOf({ ...job, allowFailure }, exitCode)).toBe(expected);
});
