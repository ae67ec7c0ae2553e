import { linkSignals } from '@millrace/async';
import { RunnerError } from '@millrace/core';
import type { AgentPlace } from './agent-place.ts';
import { wordsOf, type WorkflowApp } from './workflow-app.ts';

/** A server gives a workflow to nobody else for so long; a third of it lies between two signs of life. */
const extendEvery = 20_000;

/** How a workflow is ended from outside. */
export interface WorkflowSignals {
  readonly cancel: AbortSignal;
  readonly abort: AbortSignal;
}

/** Waits for a cancel and shows the server that the workflow lives, while work is done. */
export async function whileHeld(
  { server, state, clock, logger, interrupt, abort }: AgentPlace,
  { id, started, facts }: WorkflowApp,
  work: (signals: WorkflowSignals) => Promise<void>,
): Promise<void> {
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
        error: wordsOf(failure),
      });
      cancel.abort(leaseLost(id));
    }
  };
  const extend = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(extendEvery, { signal: over.signal });
      await server.extend(id, { signal: over.signal }).catch((failure: unknown) => {
        if (!over.signal.aborted)
          logger.error('could not extend the workflow', { workflow: id, error: wordsOf(failure) });
      });
    }
  };
  const background = [awaitCancel(), extend()].map((each) => each.catch(() => undefined));
  try {
    await work({ cancel: cancel.signal, abort });
  } finally {
    over.abort(new Error('the workflow is over'));
    await Promise.all(background);
    over.dispose();
    cancel.dispose();
    state.end(id);
  }
}

const canceledByServer = new RunnerError('Canceled', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});

/** The server counts on nobody any more for a workflow. */
export const leaseLost = (id: string): RunnerError =>
  new RunnerError(`the server has given up workflow ${id}`, {
    code: 'MILLRACE_E_CANCELED',
    kind: 'canceled',
    hint: 'the agent was silent for longer than the server waits',
  });
