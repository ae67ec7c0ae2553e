import { RunnerError } from '@millrace/core';

/** Nobody can say how the stage ended; never a success. */
export const resultUnknown = (stage: string, why: string, cause?: unknown): RunnerError =>
  new RunnerError(`how stage ${stage} ended is unknown: ${why}`, {
    code: 'MILLRACE_E_RESULT_UNKNOWN',
    kind: 'system',
    reason: 'result_unknown',
    blame: stage,
    cause,
  });

/** A stage with this name and attempt was started before, under another nonce. */
export const stageTaken = (stage: string, attempt: number): RunnerError =>
  new RunnerError(`stage ${stage} was already started as attempt ${attempt} by someone else`, {
    code: 'MILLRACE_E_STAGE_TAKEN',
    kind: 'system',
    reason: 'internal',
    blame: stage,
    hint: 'Resume from the position recorded before it was started, or use a new attempt number.',
  });

/** A newer session took over. */
export const sessionFenced = (newest: number): RunnerError =>
  new RunnerError(`another session (epoch ${newest}) has taken over this job's pod`, {
    code: 'MILLRACE_E_SESSION_FENCED',
    kind: 'system',
    reason: 'internal',
    hint: 'Only one runner process may own a job; see that no two use the same state directory.',
  });

/** The drivers in the pod gave up waiting for a session. */
export const driverClosed = (): RunnerError =>
  new RunnerError('the job driver in the pod ended itself, because no session came for too long', {
    code: 'MILLRACE_E_DRIVER_CLOSED',
    kind: 'system',
    reason: 'container_terminated',
  });

/** No connection could be had for too long. */
export const sessionLost = (milliseconds: number, last: string): RunnerError =>
  new RunnerError(
    `no session with the job driver for ${Math.round(milliseconds / 1000)} s${last && `; last: ${last}`}`,
    { code: 'MILLRACE_E_SESSION_LOST', kind: 'system', reason: 'exec_lost' },
  );

/** The caller closed the session. */
export const sessionClosed = (): RunnerError =>
  new RunnerError('the session with the job driver was closed', {
    code: 'MILLRACE_E_SESSION_CLOSED',
    kind: 'canceled',
  });

/** A request that the pod could not fulfil. */
export const requestFailed = (what: string, message: string): RunnerError =>
  new RunnerError(`${what} failed in the pod: ${message}`, {
    code: 'MILLRACE_E_POD_REQUEST',
    kind: 'system',
    blame: what,
  });

/** The stage was stopped, because its time was up. */
export const stageTimeout = (stage: string, milliseconds: number): RunnerError =>
  new RunnerError(`stage ${stage} took longer than ${Math.round(milliseconds / 1000)} s`, {
    code: 'MILLRACE_E_STAGE_TIMEOUT',
    kind: 'timeout',
    reason: 'stage_timeout',
    blame: stage,
    details: { milliseconds },
  });
