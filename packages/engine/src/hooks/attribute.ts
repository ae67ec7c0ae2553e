import { isRunnerError, RunnerError, type HookName } from '@millrace/core';

/** Names plugin and hook in whatever a handler threw; errors that were meant keep code, kind and reason. */
export function attribute(thrown: unknown, plugin: string, hook: HookName): RunnerError {
  if (isRunnerError(thrown)) {
    if (thrown.blame !== undefined) return thrown;
    return new RunnerError(thrown.message, {
      ...fields(thrown),
      blame: `${plugin} (${hook})`,
      cause: thrown,
    });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RunnerError(`plugin ${plugin} failed in its ${hook} hook: ${message}`, {
    code: 'MILLRACE_E_PLUGIN_FAILED',
    kind: 'system',
    reason: 'plugin_failed',
    blame: `${plugin} (${hook})`,
    hint: `take ${plugin} out of the plugins to run without it, or report this to its author`,
    cause: thrown,
  });
}

/**
 * A handler did not settle in time.
 * @param why - what the time is counted from, behind it in the sentence; empty for the call itself
 */
export function overdue(
  plugin: string,
  hook: HookName,
  milliseconds: number,
  why: string,
): RunnerError {
  return new RunnerError(
    `plugin ${plugin} did not finish its ${hook} hook within ${milliseconds / 1000} s${why === '' ? '' : ` ${why}`}`,
    {
      code: 'MILLRACE_E_PLUGIN_TIMEOUT',
      kind: 'system',
      reason: 'plugin_failed',
      blame: `${plugin} (${hook})`,
    },
  );
}

function fields(error: RunnerError): ConstructorParameters<typeof RunnerError>[1] {
  return {
    code: error.code,
    kind: error.kind,
    reason: error.reason,
    retry: error.retry,
    details: error.details,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.position === undefined ? {} : { position: error.position }),
  };
}
