import { RunnerError } from '@millrace/core';

/** A plugin broke the rules of contributions; nothing a job's author or operator can change. */
export function badContribution(plugin: string, what: string, hint: string): RunnerError {
  return new RunnerError(`${plugin}: ${what}`, {
    code: 'MILLRACE_E_BAD_CONTRIBUTION',
    kind: 'system',
    reason: 'plugin_failed',
    blame: plugin,
    hint,
  });
}
