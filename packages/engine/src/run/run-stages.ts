import {
  toRunnerError,
  type Outcome,
  type RecordedStage,
  type SessionWork,
  type Stage,
  type StageResult,
} from '@millrace/core';
import type { FollowedPod } from './judge-pod.ts';
import { openDriver, type ScriptRecord, type StageDriver } from './open-driver.ts';
import { outcomeOf } from './outcomes.ts';
import { afterStage, runStage } from './run-stage.ts';
import type { UnitPorts } from './unit-ports.ts';
import { watchForFailure } from './wait-for-pod.ts';

/** Where a unit's run stands. */
export interface Progress {
  attempt: number;
  userCodeStarted: boolean;
  /** The first failure that counts; what comes after it changes nothing. */
  outcome: Outcome;
  readonly stages: StageResult[];
}

/** Runs the stages of a session unit one after another in its pod; goes on where another process has stopped. */
export async function runStages(
  ports: UnitPorts,
  followed: FollowedPod,
  work: SessionWork,
  progress: Progress,
): Promise<void> {
  const { unit, attempt } = followed;
  const watch = watchForFailure(ports, followed);
  const driver = openDriver(ports, followed, work, watch.failure);
  const recorded = new Map(
    ports.ledger.unit(unit.id).stages.map((stage) => [stage.result.name, stage] as const),
  );
  let cutShort = false;
  try {
    for (const [index, stage] of work.stages.entries()) {
      ports.stop.throwIfAborted();
      const past = recorded.get(stage.name);
      if (past === undefined && !isWanted(stage, progress, ports.cancel.aborted)) {
        cutShort ||= ports.cancel.aborted && isWanted(stage, progress, false);
        // Canceled while another process ran it: it is stopped as any other.
        if (!ports.cancel.aborted || !(await runsStill(ports, driver, stage))) continue;
      }
      if (stage.userCode && !progress.userCodeStarted) {
        await ports.ledger.userCodeStarts(unit.id, { signal: ports.stop });
        progress.userCodeStarted = true;
      }
      let record: ScriptRecord | undefined;
      const result =
        past === undefined
          ? await runStage(ports, {
              unit,
              attempt,
              stage,
              standing: progress.outcome,
              driver,
              podFailure: watch.failure,
              look: followed.observer.look,
              onRecord: (seen) => void (record = seen),
            })
          : await retell(ports, followed, { stage, driver, past });
      const { outcome } = result;
      progress.stages.push(result);
      if (past === undefined) await noteStage(ports, unit.id, stage, result, record);
      const fatal = outcome.kind === 'failure' && !harmless.has(outcome.reason);
      const missed = fatal && work.stages.slice(index + 1).some(mayCount);
      if ((stage.countsAsFailure || missed) && outcome.kind !== 'skipped')
        settle(progress, outcome);
      cutShort ||= outcome.kind === 'canceled';
      if (past === undefined) await afterStage(ports, unit, result);
      if (fatal) return;
    }
    if (cutShort) settle(progress, outcomeOf(ports.cancel.reason));
  } finally {
    await closeQuietly(ports, driver);
    watch.dispose();
  }
}

/**
 * Writes a stage's result down, unless the pod says the same to whoever asks again: that a script has succeeded is
 * written by the next write that is needed anyway.
 */
async function noteStage(
  { ledger }: UnitPorts,
  unit: string,
  stage: Stage,
  result: StageResult,
  record: ScriptRecord | undefined,
): Promise<void> {
  const entry: RecordedStage = {
    result,
    ...(record === undefined ? {} : { logEnd: record.logEnd }),
  };
  const change = <T extends { readonly stages: readonly RecordedStage[] }>(state: T): T => ({
    ...state,
    stages: [...state.stages, entry],
  });
  const known = stage.action.do === 'script' && record?.exitCode === 0;
  if (known && result.outcome.kind === 'success') ledger.rememberUnit(unit, change);
  else await ledger.noteUnit(unit, change);
}

/** Tells of a stage that has ended in another process. */
async function retell(
  ports: UnitPorts,
  { unit, attempt }: FollowedPod,
  {
    stage,
    driver,
    past: { result, logEnd },
  }: { readonly stage: Stage; readonly driver: StageDriver; readonly past: RecordedStage },
): Promise<StageResult> {
  await ports.emit({ type: 'stage-started', unit, attempt, stage, at: result.startedAt });
  if (logEnd !== undefined)
    await driver.catchUp(stage, logEnd, { signal: ports.stop }).catch((failure: unknown) =>
      ports.emit({
        type: 'trouble',
        message: `the end of the output of ${stage.name} is lost: ${toRunnerError(failure).message}`,
      }),
    );
  await ports.emit({ type: 'stage-finished', unit, attempt, stage, result });
  return result;
}

/** Whether another process has begun the stage and it goes on. A pod that cannot be asked runs nothing. */
async function runsStill(
  { adopted }: UnitPorts,
  driver: StageDriver,
  stage: Stage,
): Promise<boolean> {
  if (adopted === undefined || stage.action.do !== 'script') return false;
  return driver.isRunning(stage).catch(() => false);
}

/** Takes the first outcome that is not a success. */
export function settle(progress: Progress, outcome: Outcome): void {
  if (progress.outcome.kind === 'success') progress.outcome = outcome;
}

/** Reasons after which the pod can be asked for more. After others it is lost, or nobody knows its state. */
const harmless: ReadonlySet<string> = new Set([
  'script_failed',
  'stage_timeout',
  'transfer_failed',
]);

/** A stage that would have run and could have failed the unit: without it, success cannot be claimed. */
const mayCount = ({ countsAsFailure, on }: Stage): boolean => countsAsFailure && on !== 'failure';

function isWanted(
  stage: Stage,
  { outcome, userCodeStarted }: Pick<Progress, 'outcome' | 'userCodeStarted'>,
  canceled: boolean,
): boolean {
  if (stage.needsUserCode === true && !userCodeStarted) return false;
  if (canceled) return stage.afterCancel;
  if (stage.on === 'always') return true;
  return (stage.on === 'failure') === (outcome.kind !== 'success');
}

async function closeQuietly(ports: UnitPorts, driver: StageDriver): Promise<void> {
  try {
    await driver.close();
  } catch (failure) {
    ports.logger.debug('closing the session failed', { error: String(failure) });
  }
}
