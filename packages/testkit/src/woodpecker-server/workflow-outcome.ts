import type { StepStatus } from './step-machine.ts';
import type { WireMessage } from './wire/message-fields.ts';

/** How a workflow stands. */
export type WorkflowStatus = 'failure' | 'killed' | 'pending' | 'running' | 'skipped' | 'success';

/** What counts of a step when its workflow ends. */
export interface EndedStep {
  readonly status: StepStatus;
  /** `fail`, `ignore` or `cancel`, as the pipeline says. */
  readonly failure: string;
}

/**
 * How a workflow ended, as told by its agent and by its steps. Pure. Source: Woodpecker's
 * `server/pipeline/workflow_status.go`
 */
export function workflowOutcome(
  told: WireMessage<'WorkflowState'>,
  steps: readonly EndedStep[],
): WorkflowStatus {
  if (told.started === 0) return 'skipped';
  if (told.canceled) return 'killed';
  if (told.error !== '') return 'failure';
  if (steps.some(({ status }) => status === 'killed' || status === 'canceled')) return 'killed';
  const failed = steps.some(({ status, failure }) => status === 'failure' && failure === 'fail');
  return failed ? 'failure' : 'success';
}
