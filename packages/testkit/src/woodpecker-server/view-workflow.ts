import type { ServerWorkflow } from './woodpecker-server.ts';
import type { KeptWorkflow, WorkflowBook } from './workflow-book.ts';
import type { WorkflowStatus } from './workflow-outcome.ts';

/** What tests see of a workflow. Pure. */
export function viewOf(
  { id, agent, status, told, steps, pipeline }: KeptWorkflow,
  workflows: WorkflowBook,
  canceled: ReadonlyMap<string, 'canceled' | 'killed'>,
): ServerWorkflow {
  return {
    id,
    agent,
    status,
    pipelineStatus: canceled.get(pipeline) ?? merged(workflows.ofPipeline(pipeline)),
    error: told?.error ?? '',
    steps: steps.map(({ uuid, name, course }) => ({
      uuid,
      name,
      status: course.status,
      exitCode: course.exitCode,
      error: course.error,
    })),
  };
}

function merged(workflows: readonly KeptWorkflow[]): WorkflowStatus {
  const found = new Set(workflows.map(({ status }) => status));
  if (found.has('running')) return 'running';
  if (found.has('pending')) return found.size > 1 ? 'running' : 'pending';
  const ends: readonly WorkflowStatus[] = ['killed', 'failure', 'success'];
  return ends.find((status) => found.has(status)) ?? 'skipped';
}
