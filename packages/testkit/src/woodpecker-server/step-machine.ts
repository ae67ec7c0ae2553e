import { refusal } from './call-refusal.ts';
import type { WireMessage } from './wire/message-fields.ts';

/** How a step stands. */
export type StepStatus =
  | 'canceled'
  | 'failure'
  | 'killed'
  | 'pending'
  | 'running'
  | 'skipped'
  | 'success';

/** What an agent says of a step. */
export type StepReport = WireMessage<'StepState'>;

/** What the server keeps of a step's course. Times are seconds since the epoch; 0: not yet. */
export interface StepCourse {
  readonly status: StepStatus;
  readonly started: number;
  readonly finished: number;
  readonly exitCode: number;
  readonly error: string;
}

/** A step of which nothing was heard. */
export const untouched: StepCourse = {
  status: 'pending',
  started: 0,
  finished: 0,
  exitCode: 0,
  error: '',
};

/**
 * Where a report leads. Pure.
 * @param now - seconds since the epoch
 * @throws CallRefusal when the step expects none. Source: Woodpecker's `server/pipeline/step_status.go`
 */
export function nextCourse(before: StepCourse, report: StepReport, now: number): StepCourse {
  const { status } = before;
  const { exit_code: exitCode, error } = report;
  const started = before.started || report.started;
  const finished = report.finished || now;
  if (status === 'pending' && report.skipped) return { ...before, status: 'skipped' };
  if (status === 'pending' || status === 'running') {
    if (report.canceled) return { status: 'killed', started, finished, exitCode, error };
    if (report.exited || error !== '') {
      const went = exitCode === 0 && error === '';
      return { status: went ? 'success' : 'failure', started, finished, exitCode, error };
    }
  }
  if (status === 'pending' && report.finished === 0)
    return { ...before, status: 'running', started: report.started || now };
  throw refusal(`step has state ${status} and does not expect rpc state updates`);
}

/** Where a step ends that its agent left open when it ended the workflow. Pure. */
export function closed(before: StepCourse, now: number): StepCourse {
  if (before.status === 'pending') return { ...before, status: 'killed', finished: now };
  if (before.status === 'running') return { ...before, status: 'success', finished: now };
  return before;
}
