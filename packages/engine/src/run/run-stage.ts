import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type HookContext,
  type Outcome,
  type Stage,
  type StageAction,
  type StageResult,
  type Unit,
} from '@millrace/core';
import type { ScriptOptions, ScriptRecord, StageDriver } from './open-driver.ts';
import { outcomeOf, scriptOutcome } from './outcomes.ts';
import type { UnitPorts } from './unit-ports.ts';

/** One stage with what it runs on. */
export interface StageRun {
  readonly unit: Unit;
  readonly attempt: number;
  readonly stage: Stage;
  /** The unit as it stands: its first failure that counts. */
  readonly standing: Outcome;
  readonly driver: StageDriver;
  /** Resolves when the pod fails. */
  readonly podFailure: Promise<RunnerError>;
  /** Looks at the pod now, which is news where it is looked at only now and then. */
  readonly look: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Told what the pod's own record says, before hooks have their say. */
  readonly onRecord: (record: ScriptRecord) => void;
}

/**
 * Runs one stage with the hooks around it. Whatever goes wrong once it has begun is in the result.
 * @throws what a `beforeStage` hook throws; then nothing has begun
 */
export async function runStage(ports: UnitPorts, run: StageRun): Promise<StageResult> {
  const { unit, attempt, stage } = run;
  const { hooks } = ports.generation;
  const context = contextOf(ports);
  await hooks.series('beforeStage', [stage, unit], context, ports.resolve);
  const startedAt = ports.clock.now();
  await ports.emit({ type: 'stage-started', unit, attempt, stage, at: startedAt });
  const result = await hooks
    .wrap('runStage', [stage, unit], context, ports.resolve, () => perform(ports, run))
    .catch((thrown: unknown): StageResult => ({
      name: stage.name,
      outcome: outcomeOf(thrown),
      startedAt,
      finishedAt: ports.clock.now(),
    }));
  await ports.emit({ type: 'stage-finished', unit, attempt, stage, result });
  return result;
}

/** Tells plugins about a stage whose result is on record. */
export const afterStage = (ports: UnitPorts, unit: Unit, result: StageResult): Promise<void> =>
  ports.generation.hooks.series('afterStage', [result, unit], contextOf(ports), ports.resolve);

const contextOf = ({ stop, plan }: UnitPorts): HookContext => ({
  signal: stop,
  jobId: plan.job.id,
});

async function perform(ports: UnitPorts, run: StageRun): Promise<StageResult> {
  const startedAt = ports.clock.now();
  let record: ScriptRecord | undefined;
  const outcome = await limited(ports, {
    ...run,
    onRecord: (seen) => {
      record = seen;
      run.onRecord(seen);
    },
  });
  const times = { startedAt, finishedAt: ports.clock.now() };
  return {
    name: run.stage.name,
    outcome,
    ...(ports.adopted !== undefined && record !== undefined && record.finishedAt > 0
      ? { startedAt: record.startedAt * 1000, finishedAt: record.finishedAt * 1000 }
      : times),
  };
}

/** The stage's outcome, or why it was ended: the first of stop, cancel and its own time limit. */
async function limited(ports: UnitPorts, run: StageRun): Promise<Outcome> {
  const { stage } = run;
  const linked = linkSignals(ports.stop, ...(stage.afterCancel ? [] : [ports.cancel]));
  const over = linkSignals(ports.stop);
  const timer = stageTimer(ports, stage, () => linked.abort(stageTimeout(stage)));
  try {
    const outcome = await Promise.race([
      act(ports, run, { signal: linked.signal, onStarted: timer.began }),
      lostPod(ports, run, over.signal),
    ]);
    if (linked.signal.aborted) return outcomeOf(linked.signal.reason);
    const failure = await causeOf(ports, run, outcome);
    return failure === undefined ? outcome : outcomeOf(failure);
  } catch (thrown) {
    return outcomeOf(linked.signal.aborted ? linked.signal.reason : thrown);
  } finally {
    timer.cancel();
    over.abort(undefined);
    linked.dispose();
  }
}

/** The stage's time limit. One that another process started has had a part of it already. */
function stageTimer(
  { clock, adopted }: UnitPorts,
  { timeoutSeconds }: Stage,
  onEnd: () => void,
): { readonly began: (seconds: number) => void; readonly cancel: () => void } {
  const none = (): void => undefined;
  if (timeoutSeconds === undefined) return { began: none, cancel: none };
  const all = timeoutSeconds * 1000;
  let cancel = clock.after(all, onEnd);
  return {
    began: (seconds) => {
      if (adopted === undefined || seconds === 0) return;
      cancel();
      const gone = Math.max(0, clock.now() - seconds * 1000);
      cancel = clock.after(Math.max(0, all - gone), onEnd);
    },
    cancel: () => cancel(),
  };
}

/**
 * Rejects a while after the pod has failed, because the stage's own record may still be on its way and says more; at
 * once when everything is to stop.
 */
function lostPod(
  { clock, limits }: UnitPorts,
  { podFailure }: StageRun,
  signal: AbortSignal,
): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  void podFailure.then((failure) => {
    if (signal.aborted) return;
    const cancelTimer = clock.after(limits.lastWords, () => reject(failure));
    signal.addEventListener('abort', cancelTimer, { once: true });
  });
  return promise;
}

/**
 * A pod's end kills what runs in it, and the record then says so. A script that failed in a failing pod, or by a
 * signal shortly before the pod's end is seen, has not failed by itself; one that succeeded has.
 */
async function causeOf(
  { clock, limits, stop }: UnitPorts,
  { podFailure, look }: StageRun,
  outcome: Outcome,
): Promise<RunnerError | undefined> {
  if (outcome.kind !== 'failure' || outcome.exitCode === undefined) return undefined;
  const { promise: waited, resolve } = Promise.withResolvers<undefined>();
  if (killed.includes(outcome.exitCode)) await look({ signal: stop });
  else resolve(undefined);
  const cancelTimer = clock.after(limits.lastWords, () => resolve(undefined));
  const failure = await Promise.race([podFailure, waited]);
  cancelTimer();
  return failure;
}

/** 128 + SIGKILL, 128 + SIGTERM: what the kubelet sends. */
const killed: readonly number[] = [137, 143];

async function act(
  ports: UnitPorts,
  { stage, standing, driver, onRecord }: StageRun,
  { signal, onStarted }: ScriptOptions,
): Promise<Outcome> {
  const { action } = stage;
  if (action.do === 'script') {
    const script = scriptFor(action, standing, ports.cancel.aborted);
    const record = await driver.runScript(stage, script, { signal, onStarted });
    onRecord(record);
    return scriptOutcome(record.exitCode, stage.container);
  }
  const transfer = ports.transfers[action.transfer];
  if (action.do === 'receive' && transfer?.direction === 'receive') {
    await driver.receive(stage, () => transfer.open({ signal }), action.directory, { signal });
    return { kind: 'success' };
  }
  if (action.do === 'send' && transfer?.direction === 'send') {
    await driver.send(stage, action, (tar) => transfer.take(tar, { signal }), { signal });
    return { kind: 'success' };
  }
  return {
    kind: 'failure',
    reason: 'internal',
    message: `stage ${stage.name} wants the transfer "${action.transfer}", which nobody supplies`,
  };
}

/** The script that knows how the unit stands. A cancel is the later word of the two: it is told in any case. */
function scriptFor(
  { script, scriptAfterCancel, scriptAfterTimeout }: StageAction & { readonly do: 'script' },
  standing: Outcome,
  canceled: boolean,
): string {
  if (canceled) return scriptAfterCancel ?? script;
  const late = standing.kind === 'failure' && standing.reason === 'stage_timeout';
  return late ? (scriptAfterTimeout ?? script) : script;
}

const stageTimeout = ({ name, timeoutSeconds }: Stage): RunnerError =>
  new RunnerError(`stage ${name} took longer than ${timeoutSeconds ?? 0} s`, {
    code: 'MILLRACE_E_STAGE_TIMEOUT',
    kind: 'timeout',
    reason: 'stage_timeout',
    blame: name,
  });
