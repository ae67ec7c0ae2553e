import { describe, expect, it } from 'vitest';
import { closed, nextCourse, untouched, type StepCourse, type StepReport } from './step-machine.ts';
import { workflowOutcome } from './workflow-outcome.ts';

const start: StepReport = {
  step_uuid: 'A',
  started: 0,
  finished: 0,
  exited: false,
  exit_code: 0,
  error: '',
  canceled: false,
  skipped: false,
};
const exit = { ...start, started: 5, finished: 6, exited: true };
const running: StepCourse = { ...untouched, status: 'running', started: 5 };
const now = 7;

describe('a step', () => {
  it.each([
    ['starts', untouched, start, { status: 'running', started: now }],
    ['is skipped', untouched, { ...start, skipped: true }, { status: 'skipped', started: 0 }],
    ['ends well', running, exit, { status: 'success', started: 5, finished: 6 }],
    ['fails by its code', running, { ...exit, exit_code: 3 }, { status: 'failure', exitCode: 3 }],
    ['fails by an error', running, { ...start, error: 'x' }, { status: 'failure', finished: now }],
    [
      'is killed while it runs',
      running,
      { ...start, started: 5, error: 'Canceled', canceled: true },
      { status: 'killed', finished: now },
    ],
    [
      'is killed while it starts',
      untouched,
      { ...exit, error: 'Canceled', canceled: true },
      { status: 'killed', finished: 6 },
    ],
    ['ends without a start', untouched, exit, { status: 'success', started: 5 }],
  ])('%s', (_what, before, report, after) => {
    expect(nextCourse(before, report, now)).toMatchObject(after);
  });

  it.each([
    ['skipped', { ...untouched, status: 'skipped' }, start],
    ['success', { ...running, status: 'success' }, exit],
    ['running', running, start],
    ['running', running, { ...start, skipped: true }],
    ['pending', untouched, { ...start, finished: 6 }],
  ] as const)('that is %s does not expect %j %j', (state, before, report) => {
    expect(() => nextCourse(before, report, now)).toThrow(
      `step has state ${state} and does not expect rpc state updates`,
    );
  });

  it('is closed by the end of its workflow', () => {
    expect(closed(untouched, now).status).toBe('killed');
    expect(closed(running, now).status).toBe('success');
    expect(closed({ ...running, status: 'failure' }, now).status).toBe('failure');
  });
});

const told = { started: 5, finished: 9, error: '', canceled: false };
const step = { status: 'success', failure: 'fail' } as const;

it.each([
  ['without a start', { ...told, started: 0 }, [step], 'skipped'],
  ['that went well', told, [step, { ...step, status: 'skipped' }], 'success'],
  ['with a failed step', told, [step, { ...step, status: 'failure' }], 'failure'],
  ['whose failed step is ignored', told, [{ status: 'failure', failure: 'ignore' }], 'success'],
  ['whose failed step cancels', told, [{ status: 'failure', failure: 'cancel' }], 'success'],
  ['with an error', { ...told, error: 'x' }, [step], 'failure'],
  ['that was canceled', { ...told, canceled: true }, [step], 'killed'],
  ['with a step that never started', told, [step, { ...step, status: 'killed' }], 'killed'],
] as const)('a workflow %s', (_what, state, steps, outcome) => {
  expect(workflowOutcome(state, steps)).toBe(outcome);
});
