import { linkSignals } from '@millrace/async';
import {
  isRunnerError,
  RunnerError,
  toRunnerError,
  type JobResult,
  type JsonObject,
  type Plan,
  type RunEvent,
  type StoredRecord,
} from '@millrace/core';
import { makePlan } from '@millrace/engine';
import { woodpeckerLabelValue } from '@millrace/kube-objects';
import { workflowFacts, type WorkflowFacts } from '@millrace/woodpecker-job';
import type { LogEntry, WorkflowOffer, WorkflowState } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { endedWorkflow, reportEvents } from './report-workflow.ts';
import { removeOffer, saveOffer } from './offer-file.ts';
import { openWorkflowMemory, type WorkflowMemory } from './workflow-memory.ts';

/** A server gives a workflow to nobody else for so long; a third of it lies between two signs of life. */
const extendEvery = 20_000;
/** How long the end of a workflow may still be told when the agent ends. */
const lastWords = 5_000;

/** A workflow as it is remembered for another process. Plain JSON. */
interface WorkflowApp {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly facts: WorkflowFacts;
}

/** What a workflow is called among the records. */
const recordName = (id: string): string => woodpeckerLabelValue(id) || 'workflow';

/**
 * Runs a workflow of the server to its end, and tells it.
 * @throws RunnerError of the server's call when the workflow could not be begun; nothing is left of it then
 */
export async function runWorkflow(place: AgentPlace, offer: WorkflowOffer): Promise<void> {
  const { server, clock, interrupt } = place;
  const started = clock.now();
  const read = readOffer(offer);
  const facts = 'facts' in read ? read.facts : undefined;
  const app: WorkflowApp = { id: offer.id, started, facts: facts ?? noFacts };
  const job = recordName(offer.id);
  // Should this process end before there is a record, the next one begins with it.
  await saveOffer(place.memory, job, offer);
  try {
    await whileHeld(place, app, async ({ cancel, abort }) => {
      const state = { started: seconds(started), finished: 0, error: '', canceled: false };
      await server.init(offer.id, state, { signal: interrupt });
      if ('fault' in read) {
        await tellDone(place, app, failed(read.fault), []);
        return;
      }
      const plan = await planOf(place, read.payload, offer.id);
      if ('fault' in plan) {
        await tellDone(place, app, failed(plan.fault), unstarted(app));
        return;
      }
      const memory = await openWorkflowMemory(place.memory, job);
      const reporting = report(place, app, plan.plan.job.masks, memory);
      const result = await place.executor.run({
        generation: place.generation,
        plan: plan.plan,
        app: { ...app },
        emit: reporting.emit,
        persist: reporting.persist,
        cancel,
        abort,
      });
      const skipped = plan.plan.refused === null ? [] : unstarted(app);
      await conclude(place, app, result, skipped, memory);
    });
  } finally {
    await removeOffer(place.memory, job);
  }
}

/** Goes on with a workflow that another process has begun, if the server still counts on this agent. */
export async function adoptWorkflow(place: AgentPlace, stored: StoredRecord): Promise<void> {
  const { server, executor, logger, interrupt } = place;
  const { jobId, objects, app: kept, plan } = stored.record;
  const app = kept as unknown as WorkflowApp;
  const memory = await openWorkflowMemory(place.memory, jobId);
  try {
    await server.extend(app.id, { signal: interrupt });
  } catch (failure) {
    interrupt.throwIfAborted();
    logger.error(
      'the server has given up a workflow of an earlier process; its objects are removed',
      {
        workflow: app.id,
        error: failure instanceof Error ? failure.message : String(failure),
      },
    );
    const { leftovers } = await executor.giveUp({ jobId, objects, error: leaseLost(app.id) });
    for (const { object, message } of leftovers)
      logger.error(`could not remove ${object}`, { error: message });
    await forget(place, jobId, memory);
    return;
  }
  logger.info('going on with a workflow of an earlier process', { workflow: app.id });
  await whileHeld(place, app, async ({ cancel, abort }) => {
    const reporting = report(place, app, plan.job.masks, memory);
    const result = await executor.adopt({
      generation: place.generation,
      record: stored,
      taken: memory.taken(),
      emit: reporting.emit,
      persist: reporting.persist,
      cancel,
      abort,
    });
    await conclude(place, app, result, [], memory);
  });
}

/** Waits for a cancel and shows the server that the workflow lives, while work is done. */
async function whileHeld(
  place: AgentPlace,
  { id, started, facts }: WorkflowApp,
  work: (signals: { readonly cancel: AbortSignal; readonly abort: AbortSignal }) => Promise<void>,
): Promise<void> {
  const { server, state, clock, logger, interrupt } = place;
  const over = linkSignals(interrupt);
  const cancel = linkSignals(interrupt);
  const { repository, pipelineNumber, timeoutSeconds } = facts;
  state.begin({ id, repository, pipelineNumber, started, timeoutSeconds });
  const awaitCancel = async (): Promise<void> => {
    try {
      const { canceled } = await server.wait(id, { signal: over.signal });
      if (canceled) cancel.abort(canceledByServer);
    } catch (failure) {
      if (over.signal.aborted) return;
      logger.error('the server does not wait for the workflow any more; it is canceled', {
        workflow: id,
        error: failure instanceof Error ? failure.message : String(failure),
      });
      cancel.abort(leaseLost(id));
    }
  };
  const extend = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(extendEvery, { signal: over.signal });
      await server.extend(id, { signal: over.signal }).catch((failure: unknown) => {
        if (!over.signal.aborted)
          logger.error('could not extend the workflow', { workflow: id, error: String(failure) });
      });
    }
  };
  const background = [awaitCancel(), extend()].map((each) => each.catch(() => undefined));
  try {
    await work({ cancel: cancel.signal, abort: new AbortController().signal });
  } finally {
    over.abort(new Error('the workflow is over'));
    await Promise.all(background);
    over.dispose();
    cancel.dispose();
    state.end(id);
  }
}

/** What is done with a workflow's events. */
function report(
  place: AgentPlace,
  { id, facts }: WorkflowApp,
  masks: readonly string[],
  memory: WorkflowMemory,
): {
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly persist: () => Promise<void>;
} {
  const signal = new AbortController().signal;
  const steps = new Map(facts.steps.map(({ unit, uuid }) => [unit, uuid]));
  const add = (entry: LogEntry, taken: () => void): Promise<void> =>
    place.logs.add({ ...entry, taken }, { signal });
  return {
    emit: reportEvents(place, { id, steps, masks, memory }, { add }, { signal }),
    persist: async () => {
      // Behind this point the log cannot be had again.
      await place.logs.flushed({ signal });
      await memory.settled();
    },
  };
}

async function conclude(
  place: AgentPlace,
  app: WorkflowApp,
  result: JobResult,
  skipped: readonly string[],
  memory: WorkflowMemory,
): Promise<void> {
  await place.logs.flushed({ signal: AbortSignal.timeout(lastWords) }).catch(() => undefined);
  await tellDone(place, app, endedWorkflow(result, app.started, place.clock.now()), skipped);
  await forget(place, recordName(app.id), memory);
}

/** Tells the end of a workflow; steps that never began are told as skipped before it, for a server counts those as killed. */
async function tellDone(
  { server, logger, clock, interrupt }: AgentPlace,
  { id, started }: WorkflowApp,
  state: WorkflowState,
  skipped: readonly string[],
): Promise<void> {
  const signal = interrupt.aborted ? AbortSignal.timeout(lastWords) : new AbortController().signal;
  const told = { ...state, started: seconds(started), finished: seconds(clock.now()) };
  try {
    for (const stepUuid of skipped)
      await server.update(id, { ...skippedStep, stepUuid }, { signal });
    await server.done(id, told, { signal });
    logger.info('pipeline done', { workflow: id, error: state.error, canceled: state.canceled });
  } catch (failure) {
    logger.error('updating workflow status failed', {
      workflow: id,
      error: failure instanceof Error ? failure.message : String(failure),
    });
  }
}

async function forget(place: AgentPlace, jobId: string, memory: WorkflowMemory): Promise<void> {
  await place.store.remove(jobId, { signal: new AbortController().signal });
  await memory.remove();
}

type ReadOffer =
  | { readonly facts: WorkflowFacts; readonly payload: JsonObject }
  | { readonly fault: string };

function readOffer({ id, timeoutMinutes, payload }: WorkflowOffer): ReadOffer {
  try {
    const config = JSON.parse(new TextDecoder().decode(payload)) as JsonObject;
    const envelope: JsonObject = { id, timeout: timeoutMinutes, config };
    return { facts: workflowFacts(envelope), payload: envelope };
  } catch (failure) {
    const { message } = toRunnerError(failure);
    return { fault: `could not unmarshal workflow config of '${id}': ${message}` };
  }
}

async function planOf(
  { generation, facts, runnerId, hostname, newSeed, clock, interrupt }: AgentPlace,
  payload: JsonObject,
  id: string,
): Promise<{ readonly plan: Plan } | { readonly fault: string }> {
  try {
    const plan = await facts.plan(
      (known) =>
        makePlan(
          generation,
          {
            id: recordName(id),
            payload,
            runner: {
              name: hostname,
              token: '',
              id: runnerId,
              systemId: '',
              serverUrl: '',
              slot: 0,
            },
          },
          { facts: known, seed: newSeed(), now: clock.now() },
        ),
      { signal: interrupt },
    );
    return { plan };
  } catch (failure) {
    interrupt.throwIfAborted();
    const error = toRunnerError(failure);
    return {
      fault: error.hint === undefined ? error.message : `${error.message} (${error.hint})`,
    };
  }
}

const unstarted = ({ facts }: WorkflowApp): readonly string[] =>
  facts.steps.map(({ uuid }) => uuid);

const noFacts: WorkflowFacts = {
  timeoutSeconds: 0,
  steps: [],
  repository: '',
  pipelineNumber: '',
};
const skippedStep = {
  started: 0,
  finished: 0,
  exited: false,
  exitCode: 0,
  error: '',
  canceled: false,
  skipped: true,
};
const failed = (error: string): WorkflowState => ({
  started: 0,
  finished: 0,
  error,
  canceled: false,
});
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

const canceledByServer = new RunnerError('Canceled', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});
const leaseLost = (id: string): RunnerError =>
  new RunnerError(`the server has given up workflow ${id}`, {
    code: 'MILLRACE_E_CANCELED',
    kind: 'canceled',
    hint: 'the agent was silent for longer than the server waits',
  });

/** The server is gone for good: the agent ends. */
export const isServerLost = (failure: unknown): boolean =>
  isRunnerError(failure) && failure.code === 'MILLRACE_E_WOODPECKER_LOST';
