import type { CompiledWorkflow } from './compiled-pipeline.ts';

/** How a workflow ended. */
export type WorkflowOutcome = 'success' | 'failure' | 'skipped';

/**
 * Whether a workflow runs, given how those before it ended: with success of all it waits for; with `runs_on: failure`
 * alone only when none of them succeeded; with both always.
 * @param ended - every workflow that has ended; all combinations of a matrix have the same name
 */
export function decideWorkflow(
  { dependsOn, runsOn }: CompiledWorkflow,
  ended: readonly { readonly name: string; readonly outcome: WorkflowOutcome }[],
): 'run' | 'skip' {
  const outcomes = ended.filter(({ name }) => dependsOn.includes(name));
  const wantsFailure = runsOn.includes('failure');
  const wantsSuccess = runsOn.length === 0 || runsOn.includes('success');
  if (wantsFailure && wantsSuccess) return 'run';
  const isRight = wantsSuccess
    ? outcomes.every(({ outcome }) => outcome === 'success')
    : outcomes.every(({ outcome }) => outcome !== 'success');
  return isRight ? 'run' : 'skip';
}
