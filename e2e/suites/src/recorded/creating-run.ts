import { createSystemClock } from '@millrace/async';
import {
  RunnerError,
  type JobStore,
  type KubeApi,
  type KubeObject,
  type Outcome,
} from '@millrace/core';
import { createExecutor } from '@millrace/engine';
import { silentLogger } from '@millrace/testkit';
import type { PlannedCase } from './plan-case.ts';

/** What a run made before it was ended. */
export interface CreatingRun {
  /** As the server stored them, in the order of their creation. */
  readonly created: readonly KubeObject[];
  readonly outcome: Outcome;
}

const { signal } = new AbortController();

/** Runs a planned case on a cluster that has what it needs, until its pod is there and is waited for. */
export async function runUntilCreated(
  cluster: KubeApi,
  store: JobStore,
  { generation, plan }: PlannedCase,
): Promise<CreatingRun> {
  const created: KubeObject[] = [];
  const api: KubeApi = {
    ...cluster,
    create: async (...call) => {
      const object = await cluster.create(...call);
      created.push(object);
      return object;
    },
  };
  const executor = createExecutor({
    api,
    store,
    clock: createSystemClock(),
    logger: silentLogger,
    runnerId: 'explain',
    limits: { podGraceSeconds: 0 },
    // Whose credential a job uses is not the question here.
    accessAs: () => ({ api, close: () => Promise.resolve() }),
  });
  const end = new AbortController();
  const { outcome } = await executor.run({
    generation,
    plan,
    emit: (event) => {
      if (event.type === 'unit-waiting' || event.type === 'unit-ready') end.abort(seenEnough);
      return Promise.resolve();
    },
    cancel: signal,
    abort: end.signal,
  });
  executor.dispose();
  return { created, outcome };
}

const seenEnough = new RunnerError('everything is created', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});
