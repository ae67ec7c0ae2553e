import type { RunResult } from '@millrace/engine';
import type { AgentPlace } from './agent-place.ts';
import { endWorkflow } from './end-workflow.ts';
import { removeOffer } from './offer-file.ts';
import { endedWorkflow } from './report-workflow.ts';
import { isCutShort } from './step-state.ts';
import { allSteps, recordName, type WorkflowApp } from './workflow-app.ts';
import type { WorkflowMemory } from './workflow-memory.ts';

/**
 * Tells how a workflow ended, and forgets it once the server knows and nothing is left of it.
 * @param why - of one that was canceled because the server has given it up
 */
export async function concludeWorkflow(
  place: AgentPlace,
  app: WorkflowApp,
  result: RunResult,
  memory: WorkflowMemory,
  why?: string,
): Promise<void> {
  const { outcome, units, leftovers = [] } = result;
  await place.lastWords((signal) => place.logs.flushed({ signal })).catch(() => undefined);
  // Where not even the workflow's own objects could be made, no step has come to its turn.
  const isUnbegun = outcome.kind === 'failure' && units.length === 0 && !isCutShort(outcome);
  const state = endedWorkflow(result, app.started, place.clock.now());
  const isGivenUp = why !== undefined && outcome.kind === 'canceled';
  await endWorkflow(place, {
    id: app.id,
    state: isGivenUp ? { ...state, canceled: false, error: why } : state,
    skipped: isUnbegun ? allSteps(app) : [],
    untold: memory,
    forget: () => forgetWorkflow(place, recordName(app.id), memory, leftovers),
  });
}

/** Forgets a workflow whose end is told, unless something is left of it: that is for the next start to remove. */
export async function forgetWorkflow(
  { store, memory: folder, logger }: AgentPlace,
  jobId: string,
  memory: WorkflowMemory,
  leftovers: Required<RunResult>['leftovers'],
): Promise<void> {
  // Of a workflow whose first process was killed it is still there.
  await removeOffer(folder, jobId);
  if (leftovers.length > 0) {
    memory.tookDone();
    await memory.settled();
    logger.error('objects of a workflow could not be deleted; the next start tries again', {
      workflow: jobId,
      objects: leftovers.map(({ object, message }) => `${object}: ${message}`).join(', '),
    });
    return;
  }
  await store.remove(jobId, { signal: new AbortController().signal });
  await memory.remove();
}
