import type { Outcome, SessionWork, Stage, StageResult } from '@millrace/core';
import type { FollowedPod } from './judge-pod.ts';
import { openDriver, type StageDriver } from './open-driver.ts';
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

/** Runs the stages of a session unit one after another in its pod. */
export async function runStages(
  ports: UnitPorts,
  followed: FollowedPod,
  work: SessionWork,
  progress: Progress,
): Promise<void> {
  const { unit } = followed;
  const watch = watchForFailure(ports, followed);
  const driver = openDriver(ports, followed, work, watch.failure);
  let cutShort = false;
  try {
    for (const [index, stage] of work.stages.entries()) {
      ports.stop.throwIfAborted();
      if (!isWanted(stage, progress.outcome, ports.cancel.aborted)) {
        cutShort ||= ports.cancel.aborted && isWanted(stage, progress.outcome, false);
        continue;
      }
      if (stage.userCode && !progress.userCodeStarted) {
        await ports.ledger.userCodeStarts(unit.id, { signal: ports.stop });
        progress.userCodeStarted = true;
      }
      const result = await runStage(ports, { unit, stage, driver, podFailure: watch.failure });
      const { outcome } = result;
      progress.stages.push(result);
      await ports.ledger.noteUnit(unit.id, (record) => ({
        ...record,
        ...driver.position(),
        stages: [...record.stages, result],
      }));
      const fatal = outcome.kind === 'failure' && !harmless.has(outcome.reason);
      const missed = fatal && work.stages.slice(index + 1).some(mayCount);
      if ((stage.countsAsFailure || missed) && outcome.kind !== 'skipped')
        settle(progress, outcome);
      cutShort ||= outcome.kind === 'canceled';
      await afterStage(ports, unit, result);
      if (fatal) return;
    }
    if (cutShort) settle(progress, outcomeOf(ports.cancel.reason));
  } finally {
    await closeQuietly(ports, driver);
    watch.dispose();
  }
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

function isWanted(stage: Stage, outcome: Outcome, canceled: boolean): boolean {
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
