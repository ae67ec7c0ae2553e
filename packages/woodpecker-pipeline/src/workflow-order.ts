import type { CompiledWorkflow, SkippedWorkflow, WorkflowDraft } from './compiled-pipeline.ts';
import type { Findings } from './findings.ts';

/**
 * Leaves out workflows that wait for one that is not there, and brings the others into an order in which they can run.
 * Otherwise they stay in the order of their numbers.
 */
export function orderWorkflows(
  drafts: readonly WorkflowDraft[],
  findings: Findings,
): {
  readonly workflows: readonly CompiledWorkflow[];
  readonly skipped: readonly SkippedWorkflow[];
} {
  const { kept, skipped } = withoutMissing(drafts);
  const workflows: CompiledWorkflow[] = [];
  let waiting = kept;
  while (waiting.length > 0) {
    const open = new Set(waiting.map(({ workflow }) => workflow.name));
    const ready = waiting.find(({ workflow }) =>
      workflow.dependsOn.every((name) => !open.has(name)),
    );
    if (ready === undefined) {
      reportCycle(waiting, findings);
      break;
    }
    workflows.push(ready.workflow);
    waiting = waiting.filter((draft) => draft !== ready);
  }
  return { workflows, skipped };
}

/** Again until nothing changes: what waits for a workflow that is left out is left out too. */
function withoutMissing(drafts: readonly WorkflowDraft[]): {
  readonly kept: readonly WorkflowDraft[];
  readonly skipped: readonly SkippedWorkflow[];
} {
  const skipped: SkippedWorkflow[] = [];
  let kept = drafts;
  for (;;) {
    const names = new Set(kept.map(({ workflow }) => workflow.name));
    const missing = kept.find(({ dependsOn }) =>
      dependsOn.some(({ name, optional }) => !optional && !names.has(name)),
    );
    if (missing === undefined) {
      const present = kept.map(({ workflow, dependsOn }) => ({
        dependsOn,
        workflow: { ...workflow, dependsOn: workflow.dependsOn.filter((name) => names.has(name)) },
      }));
      return { kept: present, skipped };
    }
    const { name, matrix } = missing.workflow;
    const lacking = missing.dependsOn.find((one) => !one.optional && !names.has(one.name));
    skipped.push({ name, matrix, reason: `it waits for "${lacking?.name}", which does not run` });
    kept = kept.filter((draft) => draft !== missing);
  }
}

function reportCycle(waiting: readonly WorkflowDraft[], findings: Findings): void {
  const open = new Set(waiting.map(({ workflow }) => workflow.name));
  const [first] = waiting;
  const node = first?.dependsOn.find(({ name }) => open.has(name))?.node;
  if (node === undefined) return;
  findings.error(
    node,
    `these workflows wait for each other: ${[...open].join(', ')}`,
    'remove one of these dependencies',
  );
}
