import { isRunnerError, toRunnerError, type Outcome, type RunnerError } from '@millrace/core';

/** The outcome that an error stands for. */
export function outcomeOf(thrown: unknown, blame?: string): Outcome {
  const error = toRunnerError(thrown, blame);
  if (error.kind === 'canceled') return { kind: 'canceled', message: error.message };
  const story = error.details['story'];
  return {
    kind: 'failure',
    reason: error.reason,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(Array.isArray(story) ? { story: story.map(String) } : {}),
  };
}

/** The outcome of a script by its exit record. */
export function scriptOutcome(exitCode: number): Outcome {
  if (exitCode === 0) return { kind: 'success' };
  return {
    kind: 'failure',
    reason: 'script_failed',
    message: `command terminated with exit code ${exitCode}`,
    exitCode,
  };
}

/** Why a signal was aborted, as an error that can be told. */
export function reasonOf(signal: AbortSignal): RunnerError {
  return isRunnerError(signal.reason) ? signal.reason : toRunnerError(signal.reason);
}
