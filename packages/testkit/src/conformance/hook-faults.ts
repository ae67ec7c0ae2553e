import { isRunnerError, type HookContext, type Stage, type StageResult } from '@millrace/core';
import type { PluginHarness } from '../plugin-harness.ts';

/** More than any budget of a hook and any patience with one. */
const longEnough = 120_000;

/** Calls the asynchronous hooks with a signal that aborts; says which of them do not end, or fail to clean up. */
export async function hookFaults({
  generation,
  clock,
  plan,
}: PluginHarness): Promise<readonly string[]> {
  const { hooks, resolve } = generation;
  const unit = plan().units[0]?.unit;
  if (unit === undefined) return [];
  const canceled: StageResult = {
    name: stage.name,
    outcome: { kind: 'canceled', message: 'canceled' },
    startedAt: 0,
    finishedAt: 0,
  };
  const calls: readonly ((context: HookContext) => Promise<unknown>)[] = [
    (context) => hooks.series('beforeStage', [stage, unit], context, resolve),
    (context) =>
      hooks.wrap('runStage', [stage, unit], context, resolve, () => Promise.resolve(canceled)),
    (context) => hooks.series('afterStage', [canceled, unit], context, resolve),
  ];
  const faults: string[] = [];
  const overdue = (thrown: unknown): void => {
    if (isRunnerError(thrown) && thrown.code === 'MILLRACE_E_PLUGIN_TIMEOUT')
      faults.push(thrown.message);
  };
  for (const call of calls) {
    const abort = new AbortController();
    const settled = call({ signal: abort.signal, jobId: 'job-1' }).catch(overdue);
    abort.abort(new Error('the conformance kit aborts'));
    await clock.advance(longEnough);
    await settled;
  }
  const { signal } = new AbortController();
  for (let time = 1; time <= 2; time += 1) {
    const failures = hooks.cleanup({ signal, jobId: 'job-1' }, resolve);
    await clock.advance(longEnough);
    for (const { message } of await failures) faults.push(`clean-up number ${time}: ${message}`);
  }
  return [...faults, ...hooks.pending.map((call) => `${call} never ends`)];
}

const stage: Stage = {
  name: 'step',
  title: 'step',
  container: 'build',
  on: 'success',
  userCode: true,
  countsAsFailure: true,
  afterCancel: false,
  action: { do: 'script', script: 'true' },
};
