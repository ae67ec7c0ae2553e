import { toRunnerError, type JsonObject, type Plan } from '@millrace/core';
import { makePlan } from '@millrace/engine';
import { workflowFacts, type WorkflowFacts } from '@millrace/woodpecker-job';
import { statusOf, type WorkflowOffer } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { concludeWorkflow } from './conclude-workflow.ts';
import { endWorkflow } from './end-workflow.ts';
import { whileHeld } from './hold-workflow.ts';
import { removeOffer, saveOffer } from './offer-file.ts';
import { reporting } from './reporting.ts';
import { allSteps, noFacts, recordName, seconds, type WorkflowApp } from './workflow-app.ts';
import { openWorkflowMemory } from './workflow-memory.ts';

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
      state: { started: seconds(started), finished: seconds(clock.now()), error, canceled: false },
      skipped,
      forget: () => removeOffer(place.memory, job),
    });
  try {
    await whileHeld(place, app, async (signals) => {
      const state = { started: seconds(started), finished: 0, error: '', canceled: false };
      await server.init(offer.id, state, { signal: interrupt });
      if ('fault' in read) {
        await fail(read.fault, []);
        return;
      }
      const plan = await planOf(place, read.payload, offer.id);
      if ('fault' in plan) {
        await fail(plan.fault, allSteps(app));
        return;
      }
      const memory = await openWorkflowMemory(place.memory, job);
      const result = await place.executor.run({
        generation: place.generation,
        plan: plan.plan,
        app: { ...app },
        ...reporting(place, app, plan.plan, memory),
        ...signals,
      });
      await concludeWorkflow(place, app, result, memory);
    });
  } catch (failure) {
    if (statusOf(failure) !== undefined) await removeOffer(place.memory, job);
    throw failure;
  }
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
    const runner = {
      name: hostname,
      token: '',
      id: runnerId,
      systemId: '',
      serverUrl: '',
      slot: 0,
    };
    const plan = await facts.plan(
      (known) =>
        makePlan(
          generation,
          { id: recordName(id), payload, runner },
          { facts: known, seed: newSeed(), now: clock.now() },
        ),
      { signal: interrupt },
    );
    return { plan };
  } catch (failure) {
    interrupt.throwIfAborted();
    const { message, hint } = toRunnerError(failure);
    return { fault: hint === undefined ? message : `${message} (${hint})` };
  }
}
