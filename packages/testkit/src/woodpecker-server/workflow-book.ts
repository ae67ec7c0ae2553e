/** How a step stands. */
export type StepStatus =
  | 'pending'
  | 'running'
  | 'success'
  | 'failure'
  | 'skipped'
  | 'killed'
  | 'canceled';
/** How a workflow stands. */
export type WorkflowStatus = 'pending' | 'running' | 'success' | 'failure' | 'skipped' | 'killed';

/** A step as the server has it. */
export interface ServerStep {
  readonly uuid: string;
  readonly name: string;
  readonly ignoresFailure: boolean;
  status: StepStatus;
  exitCode: number;
  error: string;
  started: number;
  finished: number;
  /** Lines of its log, in the order they came. */
  readonly lines: string[];
}

/** A workflow as the server has it. */
export interface ServerWorkflow {
  readonly id: string;
  readonly timeoutMinutes: number;
  readonly payload: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly steps: readonly ServerStep[];
  status: WorkflowStatus;
  error: string;
  agent: number | undefined;
  isInitialised: boolean;
  isDone: boolean;
  /** Of the double's clock; undefined when nobody has it. */
  leaseUntil: number | undefined;
}

/** What an agent says of a step. */
export interface StepReport {
  readonly step_uuid: string;
  readonly started: number;
  readonly finished: number;
  readonly exited: boolean;
  readonly exit_code: number;
  readonly error: string;
  readonly canceled: boolean;
  readonly skipped: boolean;
}

/**
 * Moves a step as a server does.
 * @returns what is wrong with the report, if something is
 */
export function moveStep(step: ServerStep, report: StepReport, now: number): string | undefined {
  if (step.status !== 'pending' && step.status !== 'running')
    return `step has state ${step.status} and does not expect rpc state updates`;
  step.error = report.error;
  if (report.canceled) step.status = 'killed';
  else if (report.skipped) step.status = 'skipped';
  else if (report.exited || report.error !== '') {
    step.status = report.exit_code === 0 && report.error === '' ? 'success' : 'failure';
    step.exitCode = report.exit_code;
    step.finished = report.finished === 0 ? now : report.finished;
    step.started = report.started === 0 ? step.started : report.started;
  } else {
    step.status = 'running';
    step.started = report.started === 0 ? now : report.started;
  }
  if (report.canceled) step.exitCode = report.exit_code;
  return undefined;
}

/** The state of a workflow whose agent has said that it is done. Pure. */
export function finalStatus(
  steps: readonly ServerStep[],
  {
    started,
    error,
    canceled,
  }: { readonly started: number; readonly error: string; readonly canceled: boolean },
): WorkflowStatus {
  if (started === 0) return 'skipped';
  if (canceled) return 'killed';
  if (error !== '') return 'failure';
  const counted = steps.filter(
    ({ status, ignoresFailure }) => !(ignoresFailure && status === 'failure'),
  );
  if (counted.some(({ status }) => status === 'killed')) return 'killed';
  return counted.some(({ status }) => status === 'failure') ? 'failure' : 'success';
}
