import { toRunnerError } from '@millrace/core';
import { statusOf, type WorkflowState } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { skippedStep } from './step-state.ts';
import { wordsOf } from './workflow-app.ts';
import type { WorkflowMemory } from './workflow-memory.ts';

/** How a workflow ended, and what is to be told before that. */
export interface WorkflowEnd {
  readonly id: string;
  readonly state: WorkflowState;
  /** Steps that never began: a server counts those that it does not hear of as killed. */
  readonly skipped: readonly string[];
  /** States of steps that it could not be told when they were reached. */
  readonly untold?: Pick<WorkflowMemory, 'untold' | 'toldStep'>;
  /** Removes what another process would go on with. */
  readonly forget: () => Promise<void>;
}

/**
 * Tells the server that a workflow has ended. One that does not answer is told again later, by this process or, for what
 * is remembered stays until then, by the next one. A refusal is the server's last word.
 */
export async function endWorkflow(place: AgentPlace, end: WorkflowEnd): Promise<void> {
  const { logger, interrupt, late, memory } = place;
  const failure = await tryToTell(place, end);
  if (failure === undefined) return;
  const byWhom = interrupt.aborted
    ? memory === undefined
      ? 'nobody tells it: there is no state directory'
      : 'the next process tells it'
    : 'it is told later';
  logger.error(`could not tell the server how a workflow ended; ${byWhom}`, {
    workflow: end.id,
    error: failure.message,
  });
  late.add(async () => (await tryToTell(place, end)) === undefined);
}

/** @returns why it is still to be told; undefined: nothing more is */
async function tryToTell(place: AgentPlace, end: WorkflowEnd): Promise<Error | undefined> {
  const { logger } = place;
  try {
    await tell(place, end);
    logger.info('pipeline done', {
      workflow: end.id,
      error: end.state.error,
      canceled: end.state.canceled,
    });
  } catch (failure) {
    if (statusOf(failure) === undefined) return toRunnerError(failure);
    logger.error('updating workflow status failed', {
      workflow: end.id,
      error: wordsOf(failure),
    });
  }
  await end.forget();
  return undefined;
}

async function tell(
  { server, logger, lastWords }: AgentPlace,
  { id, state, skipped, untold }: WorkflowEnd,
): Promise<void> {
  const states = [...(untold?.untold() ?? []), ...skipped.map(skippedStep)];
  for (const step of states) {
    try {
      await lastWords((signal) => server.update(id, step, { signal }));
    } catch (failure) {
      if (statusOf(failure) === undefined) throw failure;
      logger.error('could not tell the server how a step stands', {
        workflow: id,
        error: wordsOf(failure),
      });
    }
    untold?.toldStep(step.stepUuid);
  }
  await lastWords((signal) => server.done(id, state, { signal }));
}
