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
import {
  statusOf,
  type LogEntry,
  type WorkflowOffer,
  type WorkflowState,
} from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { endWorkflow } from './end-workflow.ts';
import { endedWorkflow, reportEvents } from './report-workflow.ts';
import { removeOffer, saveOffer } from './offer-file.ts';
import { openWorkflowMemory, type WorkflowMemory } from './workflow-memory.ts';

/** A server gives a workflow to nobody else for so long; a third of it lies between two signs of life. */
const extendEvery = 20_000;

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
 * @throws RunnerError of the server's call when the workflow could not be begun. Where the server has refused it nothing is
 *   left of it, else the next process begins it.
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
  const fail = (error: string, skipped: readonly string[]): Promise<void> =>
    endWorkflow(place, {
      id: offer.id,
      state: { ...ended(started, clock.now()), error },
      skipped,
      forget: () => removeOffer(place.memory, job),
    });
  try {
    await whileHeld(place, app, async ({ cancel, abort }) => {
      const state = { started: seconds(started), finished: 0, error: '', canceled: false };
      await server.init(offer.id, state, { signal: interrupt });
      if ('fault' in read) {
        await fail(read.fault, []);
        return;
      }
      const plan = await planOf(place, read.payload, offer.id);
      if ('fault' in plan) {
        await fail(plan.fault, unstarted(app));
        return;
      }
      const memory = await openWorkflowMemory(place.memory, job);
      const reporting = report(place, app, plan.plan, memory);
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
  } catch (failure) {
    if (statusOf(failure) !== undefined) await removeOffer(place.memory, job);
    throw failure;
  }
}

/**
 * Goes on with a workflow that another process has begun; cancels it if the server does not count on this agent any more.
 * @throws RunnerError when the server cannot be asked; then it is for the next process to go on
 */
export async function adoptWorkflow(place: AgentPlace, stored: StoredRecord): Promise<void> {
  const { server, executor, logger, interrupt } = place;
  const { jobId, app: kept, plan } = stored.record;
  const app = kept as unknown as WorkflowApp;
  const memory = await openWorkflowMemory(place.memory, jobId);
  const lost = new AbortController();
  try {
    await server.extend(app.id, { signal: interrupt });
    logger.info('going on with a workflow of an earlier process', { workflow: app.id });
  } catch (failure) {
    interrupt.throwIfAborted();
    if (statusOf(failure) === undefined) throw failure;
    // Told all the same: a server takes a workflow of which it hears nothing for one that runs.
    logger.error('the server has given up a workflow of an earlier process; it is canceled', {
      workflow: app.id,
      error: failure instanceof Error ? failure.message : String(failure),
    });
    lost.abort(leaseLost(app.id));
  }
  await whileHeld(place, app, async ({ cancel, abort }) => {
    const reporting = report(place, app, plan, memory);
    const result = await executor.adopt({
      generation: place.generation,
      record: stored,
      taken: memory.taken(),
      emit: reporting.emit,
      persist: reporting.persist,
      cancel: AbortSignal.any([lost.signal, cancel]),
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
  { job: { masks }, log: notes }: Plan,
  memory: WorkflowMemory,
): {
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly persist: () => Promise<void>;
} {
  const signal = new AbortController().signal;
  const steps = new Map(facts.steps.map(({ unit, uuid }) => [unit, uuid]));
  const add = (entry: LogEntry, taken: () => void): Promise<void> =>
    place.logs.add({ ...entry, taken, noted: memory.noted }, { signal });
  return {
    emit: reportEvents(place, { id, steps, masks, notes, memory }, { add }),
    persist: async () => {
      // Behind this point the log cannot be had again.
      await flushLogs(place);
      await memory.settled();
    },
  };
}

/** Waits until the lines so far are sent or given up; when the agent ends, not for long. */
const flushLogs = ({ logs, lastWords }: AgentPlace): Promise<void> =>
  lastWords((signal) => logs.flushed({ signal })).catch(() => undefined);

async function conclude(
  place: AgentPlace,
  { id, started }: WorkflowApp,
  result: JobResult,
  skipped: readonly string[],
  memory: WorkflowMemory,
): Promise<void> {
  await flushLogs(place);
  await endWorkflow(place, {
    id,
    state: endedWorkflow(result, started, place.clock.now()),
    skipped,
    untold: memory,
    forget: async () => {
      await place.store.remove(recordName(id), { signal: new AbortController().signal });
      await memory.remove();
      // Of a workflow whose first process was killed it is still there.
      await removeOffer(place.memory, recordName(id));
    },
  });
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

const ended = (started: number, finished: number): Omit<WorkflowState, 'error'> => ({
  started: seconds(started),
  finished: seconds(finished),
  canceled: false,
});

const noFacts: WorkflowFacts = {
  timeoutSeconds: 0,
  steps: [],
  repository: '',
  pipelineNumber: '',
};
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
