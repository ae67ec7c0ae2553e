import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type HookContext,
  type Outcome,
  type Stage,
  type StageResult,
  type Unit,
} from '@millrace/core';
import type { StageDriver } from './open-driver.ts';
import { outcomeOf, reasonOf, scriptOutcome } from './outcomes.ts';
import { raceSignal } from './pod-feed.ts';
import type { UnitPorts } from './unit-ports.ts';

/** One stage with what it runs on. */
export interface StageRun {
  readonly unit: Unit;
  readonly stage: Stage;
  readonly driver: StageDriver;
  /** Rejects when the pod fails. */
  readonly gone: Promise<never>;
}

/** Runs one stage with the hooks around it. Failures of the stage are in the result; failures of hooks are thrown. */
export async function runStage(ports: UnitPorts, run: StageRun): Promise<StageResult> {
  const { unit, stage } = run;
  const hooks = ports.generation.hooks;
  const context: HookContext = { signal: ports.stop, jobId: ports.plan.job.id };
  await hooks.series('beforeStage', [stage, unit], context, ports.resolve);
  await ports.emit({ type: 'stage-started', unit, stage, at: ports.clock.now() });
  const result = await hooks.wrap('runStage', [stage, unit], context, ports.resolve, () =>
    perform(ports, run),
  );
  await ports.emit({ type: 'stage-finished', unit, stage, result });
  await hooks.series('afterStage', [result, unit], context, ports.resolve);
  return result;
}

async function perform(ports: UnitPorts, run: StageRun): Promise<StageResult> {
  const startedAt = ports.clock.now();
  const outcome = await limited(ports, run);
  return { name: run.stage.name, outcome, startedAt, finishedAt: ports.clock.now() };
}

async function limited(ports: UnitPorts, run: StageRun): Promise<Outcome> {
  const { stage } = run;
  const late = new AbortController();
  const cancelTimer =
    stage.timeoutSeconds === undefined
      ? undefined
      : ports.clock.after(stage.timeoutSeconds * 1000, () => late.abort(stageTimeout(stage)));
  const linked = linkSignals(ports.stop, late.signal, ...(stage.afterCancel ? [] : [ports.cancel]));
  try {
    const outcome = await raceSignal(
      Promise.race([act(ports, run, linked.signal), run.gone]),
      ports.stop,
    );
    return linked.signal.aborted ? outcomeOf(reasonOf(linked.signal)) : outcome;
  } catch (thrown) {
    return outcomeOf(linked.signal.aborted ? reasonOf(linked.signal) : thrown);
  } finally {
    cancelTimer?.();
    linked.dispose();
  }
}

async function act(
  ports: UnitPorts,
  { stage, driver }: StageRun,
  signal: AbortSignal,
): Promise<Outcome> {
  const { action } = stage;
  if (action.do === 'script')
    return scriptOutcome(await driver.runScript(stage, action.script, { signal }));
  const transfer = ports.transfers[action.transfer];
  if (transfer === undefined) return missing(stage, action.transfer);
  if (action.do === 'receive') {
    if (transfer.direction !== 'receive') return missing(stage, action.transfer);
    await driver.receive(stage, () => transfer.open({ signal }), action.directory, { signal });
    return { kind: 'success' };
  }
  if (transfer.direction !== 'send') return missing(stage, action.transfer);
  await driver.send(stage, action, (tar) => transfer.take(tar, { signal }), { signal });
  return { kind: 'success' };
}

const missing = (stage: Stage, transfer: string): Outcome => ({
  kind: 'failure',
  reason: 'internal',
  message: `stage ${stage.name} wants the transfer "${transfer}", which nobody supplies`,
});

const stageTimeout = ({ name, timeoutSeconds }: Stage): RunnerError =>
  new RunnerError(`stage ${name} took longer than ${timeoutSeconds ?? 0} s`, {
    code: 'MILLRACE_E_STAGE_TIMEOUT',
    kind: 'timeout',
    reason: 'stage_timeout',
    blame: name,
  });
