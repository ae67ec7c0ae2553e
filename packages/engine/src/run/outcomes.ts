import { linkSignals, type LinkedSignal } from '@millrace/async';
import { isRunnerError, RunnerError, toRunnerError, type Outcome } from '@millrace/core';

/** The outcome that an error stands for. */
export function outcomeOf(thrown: unknown): Outcome {
  const error = toRunnerError(thrown);
  if (error.kind === 'canceled') return { kind: 'canceled', message: error.message };
  return {
    kind: 'failure',
    reason: error.reason,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

/** The outcome of a script in a container by its exit record. */
export function scriptOutcome(exitCode: number, container: string): Outcome {
  if (exitCode === 0) return { kind: 'success' };
  return {
    kind: 'failure',
    reason: 'script_failed',
    message: `command terminated with exit code ${exitCode}`,
    exitCode,
    ...(exitCode === sigkill ? { hint: killedHint(container) } : {}),
  };
}

/** 128 + SIGKILL. The container lives on, so no status of the pod will ever tell why. */
const sigkill = 137;
const killedHint = (container: string): string =>
  `exit code 137 is SIGKILL, most often the kernel's when the memory limit is used up: raise that of container ${container}, or use less memory`;

/** Follows a request for the end; whatever it was aborted with, the reason is an error that can be told. */
export function namedSignal(source: AbortSignal): LinkedSignal {
  const linked = linkSignals();
  const follow = (): void => linked.abort(asCanceled(source.reason));
  if (source.aborted) follow();
  else source.addEventListener('abort', follow, { once: true });
  return { ...linked, dispose: () => source.removeEventListener('abort', follow) };
}

const asCanceled = (reason: unknown): RunnerError =>
  isRunnerError(reason)
    ? reason
    : new RunnerError('canceled', { code: 'MILLRACE_E_CANCELED', kind: 'canceled', cause: reason });
