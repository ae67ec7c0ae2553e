import { eventKey, type PlannedUnit, type StoredRecord } from '@millrace/core';
import type { StepState } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { conclude, endRecord, skippedStep, tellDone } from './end-workflow.ts';
import { leaseLost, whileHeld } from './hold-workflow.ts';
import { reporting } from './reporting.ts';
import { seconds, wordsOf, type WorkflowApp } from './workflow-app.ts';
import { openWorkflowMemory, type WorkflowMemory } from './workflow-memory.ts';

/**
 * Goes on with a workflow that another process has begun, if the server still counts on this agent; else removes what is
 * left of it. An end that is known is told in any case.
 */
export async function adoptWorkflow(place: AgentPlace, stored: StoredRecord): Promise<void> {
  const { jobId, app: kept, plan, objects, result } = stored.record;
  const app = kept as unknown as WorkflowApp;
  const memory = await openWorkflowMemory(place.memory, jobId);
  if (memory.isDone()) {
    const leftovers = await place.executor.remove({ jobId, objects, ...graceIn(stored) });
    await endRecord(place, jobId, memory, { isTold: true, leftovers });
    return;
  }
  if (result === undefined && !(await isHeld(place, app))) {
    await giveUp(place, stored, app, memory);
    return;
  }
  place.logger.info('going on with a workflow of an earlier process', { workflow: app.id });
  await whileHeld(place, app, async (signals) => {
    const taker = reporting(place, app, plan.job.masks, memory);
    const ended = await place.executor.adopt({
      generation: place.generation,
      record: stored,
      taken: memory.taken(),
      ...taker,
      ...signals,
    });
    await conclude(place, app, ended, memory);
  });
}

async function isHeld({ server, logger, interrupt }: AgentPlace, { id }: WorkflowApp) {
  try {
    await server.extend(id, { signal: interrupt });
    return true;
  } catch (failure) {
    interrupt.throwIfAborted();
    logger.error(
      'the server has given up a workflow of an earlier process; its objects are removed',
      { workflow: id, error: wordsOf(failure) },
    );
    return false;
  }
}

/** A server that counts on nobody leaves its workflow running for ever unless somebody tells its end. */
async function giveUp(
  place: AgentPlace,
  stored: StoredRecord,
  app: WorkflowApp,
  memory: WorkflowMemory,
): Promise<void> {
  const { jobId, objects, plan } = stored.record;
  const error = leaseLost(app.id);
  const { leftovers } = await place.executor.giveUp({
    jobId,
    objects,
    error,
    ...graceIn(stored),
  });
  const now = seconds(place.clock.now());
  const words = `${error.message}: ${error.hint ?? ''}`;
  const taken = new Set(memory.taken().events);
  const steps = plan.units.flatMap((planned) => {
    const uuid = app.facts.steps.find(({ unit }) => unit === planned.unit.id)?.uuid;
    return uuid === undefined ? [] : lostStep(planned, uuid, taken, words, now);
  });
  const state = { started: 0, finished: 0, error: words, canceled: false };
  const isTold = await tellDone(place, app, state, steps);
  await endRecord(place, jobId, memory, { isTold, leftovers });
}

/** What the operator gives pods to end. */
function graceIn({ record: { plan } }: StoredRecord): { readonly podGraceSeconds?: number } {
  const podGraceSeconds = plan.units[0]?.unit.stopGraceSeconds;
  return podGraceSeconds === undefined ? {} : { podGraceSeconds };
}

/** What is still to be told of a step, by what the server has heard of it. */
function lostStep(
  { unit }: PlannedUnit,
  stepUuid: string,
  taken: ReadonlySet<string>,
  error: string,
  now: number,
): readonly StepState[] {
  const isTaken = (key: string | undefined): boolean => key !== undefined && taken.has(key);
  const result = {
    unit: unit.id,
    outcome: { kind: 'skipped' as const },
    podName: unit.podName,
    attempts: 0,
    stages: [],
  };
  if (isTaken(eventKey({ type: 'unit-finished', unit, result }))) return [];
  const creating = { unit, attempt: 1, namespace: '', podName: unit.podName };
  if (!isTaken(eventKey({ type: 'unit-creating', ...creating }))) return [skippedStep(stepUuid)];
  return [{ ...skippedStep(stepUuid), skipped: false, exited: true, finished: now, error }];
}
