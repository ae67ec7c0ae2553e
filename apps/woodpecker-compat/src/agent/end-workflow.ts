import type { RunResult } from '@millrace/engine';
import { statusOf, type StepState, type WorkflowState } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { endedWorkflow } from './report-workflow.ts';
import { isCutShort } from './step-state.ts';
import {
  allSteps,
  isServerLost,
  recordName,
  seconds,
  wordsOf,
  type WorkflowApp,
} from './workflow-app.ts';
import type { WorkflowMemory } from './workflow-memory.ts';

/** Tells how a workflow ended, and forgets it once the server knows and nothing is left of it. */
export async function conclude(
  place: AgentPlace,
  app: WorkflowApp,
  result: RunResult,
  memory: WorkflowMemory,
): Promise<void> {
  const { outcome, units, leftovers = [] } = result;
  await place.lastWords((call) => place.logs.flushed(call)).catch(() => undefined);
  // Where not even the workflow's own objects could be made, no step has come to its turn.
  const isUnbegun = outcome.kind === 'failure' && units.length === 0 && !isCutShort(outcome);
  const steps = isUnbegun ? allSteps(app).map(skippedStep) : [];
  const state = endedWorkflow(result, app.started, place.clock.now());
  const isTold = await tellDone(place, app, state, steps);
  await endRecord(place, recordName(app.id), memory, { isTold, leftovers });
}

/** Forgets a workflow, unless the server has yet to hear of its end, or something is left of it: that is for the next start. */
export async function endRecord(
  place: AgentPlace,
  jobId: string,
  memory: WorkflowMemory,
  {
    isTold,
    leftovers,
  }: { readonly isTold: boolean; readonly leftovers: Required<RunResult>['leftovers'] },
): Promise<void> {
  if (isTold) memory.tookDone();
  if (leftovers.length > 0)
    place.logger.error('objects of a workflow could not be deleted; the next start tries again', {
      workflow: jobId,
      objects: leftovers.map(({ object, message }) => `${object}: ${message}`).join(', '),
    });
  if (isTold && leftovers.length === 0) {
    await place.store.remove(jobId, { signal: new AbortController().signal });
    await memory.remove();
  } else await memory.settled();
}

/**
 * Tells the end of a workflow, before it that of steps which are not told yet: a server counts those as killed, or as
 * well when they had begun.
 * @returns false when the server was away, and may still be told
 */
export async function tellDone(
  place: AgentPlace,
  { id, started }: WorkflowApp,
  state: WorkflowState,
  steps: readonly StepState[],
): Promise<boolean> {
  const { server, logger, clock } = place;
  const told = { ...state, started: seconds(started), finished: seconds(clock.now()) };
  try {
    for (const step of steps) await place.lastWords((call) => server.update(id, step, call));
    await place.lastWords((call) => server.done(id, told, call));
    logger.info('pipeline done', { workflow: id, error: state.error, canceled: state.canceled });
    return true;
  } catch (failure) {
    logger.error('updating workflow status failed', { workflow: id, error: wordsOf(failure) });
    return !isAway(failure);
  }
}

/** No answer is no refusal. */
const isAway = (failure: unknown): boolean => {
  const status = statusOf(failure);
  return status === undefined || status === 'UNAVAILABLE' || isServerLost(failure);
};

/** A step that never began. */
export const skippedStep = (stepUuid: string): StepState => ({
  stepUuid,
  started: 0,
  finished: 0,
  exited: false,
  exitCode: 0,
  error: '',
  canceled: false,
  skipped: true,
});
