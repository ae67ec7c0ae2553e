import type { StoredRecord } from '@millrace/core';
import { statusOf } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { concludeWorkflow, forgetWorkflow } from './conclude-workflow.ts';
import { leaseLost, whileHeld } from './hold-workflow.ts';
import { reporting } from './reporting.ts';
import { wordsOf, type WorkflowApp } from './workflow-app.ts';
import { openWorkflowMemory } from './workflow-memory.ts';

/**
 * Goes on with a workflow that another process has begun; cancels it if the server does not count on this agent any more.
 * Of one whose end the server knows it removes what is left.
 * @throws RunnerError when the server cannot be asked; then it is for the next process to go on
 */
export async function adoptWorkflow(place: AgentPlace, stored: StoredRecord): Promise<void> {
  const { executor, logger } = place;
  const { jobId, app: kept, plan, objects } = stored.record;
  const app = kept as unknown as WorkflowApp;
  const memory = await openWorkflowMemory(place.memory, jobId);
  if (memory.isDone()) {
    const leftovers = await executor.remove({ jobId, objects, ...graceIn(stored) });
    await forgetWorkflow(place, jobId, memory, leftovers);
    return;
  }
  const lost = new AbortController();
  if (await isHeld(place, app))
    logger.info('going on with a workflow of an earlier process', { workflow: app.id });
  else lost.abort(leaseLost(app.id));
  await whileHeld(place, app, async ({ cancel, abort }) => {
    const ended = await executor.adopt({
      generation: place.generation,
      record: stored,
      taken: memory.taken(),
      ...reporting(place, app, plan, memory),
      cancel: AbortSignal.any([lost.signal, cancel]),
      abort,
    });
    const { message, hint = '' } = leaseLost(app.id);
    const why = lost.signal.aborted ? `${message}: ${hint}` : undefined;
    await concludeWorkflow(place, app, ended, memory, why);
  });
}

async function isHeld(
  { server, logger, interrupt }: AgentPlace,
  { id }: WorkflowApp,
): Promise<boolean> {
  try {
    await server.extend(id, { signal: interrupt });
    return true;
  } catch (failure) {
    interrupt.throwIfAborted();
    if (statusOf(failure) === undefined) throw failure;
    // Told all the same: a server takes a workflow of which it hears nothing for one that runs.
    logger.error('the server has given up a workflow of an earlier process; it is canceled', {
      workflow: id,
      error: wordsOf(failure),
    });
    return false;
  }
}

/** What the operator gives pods to end. */
function graceIn({ record: { plan } }: StoredRecord): { readonly podGraceSeconds?: number } {
  const podGraceSeconds = plan.units[0]?.unit.stopGraceSeconds;
  return podGraceSeconds === undefined ? {} : { podGraceSeconds };
}
