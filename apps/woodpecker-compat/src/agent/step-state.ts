import type { Outcome, UnitResult } from '@millrace/core';
import type { StepState } from '@millrace/woodpecker-protocol';
import { seconds } from './workflow-app.ts';

const silent: StepState = {
  stepUuid: '',
  started: 0,
  finished: 0,
  exited: false,
  exitCode: 0,
  error: '',
  canceled: false,
  skipped: false,
};

/** A step that begins. */
export const startedStep = (stepUuid: string): StepState => ({ ...silent, stepUuid });

/** A step that never begins. */
export const skippedStep = (stepUuid: string): StepState => ({
  ...silent,
  stepUuid,
  skipped: true,
});

/** Whether something was ended from outside: a workflow that is out of time is told as one that is canceled. */
export const isCutShort = (outcome: Outcome): boolean =>
  outcome.kind === 'canceled' || (outcome.kind === 'failure' && outcome.reason === 'job_timeout');

/**
 * How a step ended, as the server is told: its own exit code without words, anything else with what went wrong and a
 * code that no success has. Pure. Source: the agent's tracer; where the reference says 0 for a step that could not be
 * run, so do we, for the words make it a failure; a pod that was lost says so.
 */
export function endedStep(stepUuid: string, result: UnitResult): StepState {
  const { outcome, startedAt, finishedAt, exitCode } = result;
  const started = seconds(startedAt ?? 0);
  const finished = seconds(finishedAt ?? 0);
  const state = { ...silent, stepUuid };
  if (isCutShort(outcome)) {
    const told = { ...state, started, error: 'Canceled', canceled: true };
    if (exitCode !== undefined) return { ...told, finished, exited: true, exitCode };
    return startedAt === undefined ? { ...told, finished, exited: true } : told;
  }
  switch (outcome.kind) {
    case 'skipped':
      return skippedStep(stepUuid);
    case 'failure':
      if (outcome.reason === 'script_failed' || outcome.reason === 'oom_killed')
        return {
          ...state,
          started,
          finished,
          exited: true,
          exitCode: outcome.exitCode ?? exitCode ?? 1,
          error: outcome.reason === 'oom_killed' ? outcome.message : '',
        };
      return { ...state, finished, exited: true, exitCode: exitCode ?? 0, error: outcome.message };
    default:
      return { ...state, started, finished, exited: true, exitCode: exitCode ?? 0 };
  }
}
