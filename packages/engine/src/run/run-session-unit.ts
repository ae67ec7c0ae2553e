import { linkSignals } from '@millrace/async';
import type {
  KubeObject,
  Outcome,
  PlannedUnit,
  RunnerError,
  SessionWork,
  Stage,
  StageResult,
  UnitResult,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { createObject, createPlanned, deleteObject } from './cluster-objects.ts';
import { openDriver, type StageDriver } from './open-driver.ts';
import { outcomeOf, reasonOf } from './outcomes.ts';
import { podStory } from './pod-story.ts';
import { runStage } from './run-stage.ts';
import type { UnitPorts } from './unit-ports.ts';
import { podError, waitUntilReady, watchForFailure, type FollowedPod } from './wait-for-pod.ts';

/** Where a unit's run stands. */
interface Progress {
  attempt: number;
  userCodeStarted: boolean;
  outcome: Outcome;
  readonly stages: StageResult[];
}

/**
 * Runs one session unit to its end: makes the pod, opens one session into it, runs the stages one after another, and
 * deletes the pod. A pod that was lost before user code began may be made again, if the unit says so.
 */
export async function runSessionUnit(ports: UnitPorts, planned: PlannedUnit): Promise<UnitResult> {
  const { unit } = planned;
  const progress: Progress = {
    attempt: 1,
    userCodeStarted: false,
    outcome: { kind: 'success' },
    stages: [],
  };
  for (;;) {
    const again = await attempt(ports, planned, progress);
    if (!again) break;
    progress.attempt += 1;
    await ports.emit({
      type: 'unit-recreating',
      unit,
      outcome: progress.outcome,
      attempt: progress.attempt,
    });
    progress.outcome = { kind: 'success' };
  }
  return {
    unit: unit.id,
    outcome: progress.outcome,
    podName: podNameOf(planned, progress.attempt),
    attempts: progress.attempt,
    stages: progress.stages,
  };
}

const podNameOf = ({ unit }: PlannedUnit, attempt: number): string =>
  attempt === 1 ? unit.podName : `${unit.podName.slice(0, 60)}-${attempt}`;

/** @returns whether the pod is to be made again */
async function attempt(
  ports: UnitPorts,
  planned: PlannedUnit,
  progress: Progress,
): Promise<boolean> {
  const { unit } = planned;
  const { namespace } = ports.plan.job;
  const podName = podNameOf(planned, progress.attempt);
  const work = unit.work as SessionWork;
  const observer = ports.pods.observe(podName);
  const manifest: KubeObject = {
    ...planned.pod.manifest,
    metadata: { ...planned.pod.manifest.metadata, name: podName },
  };
  let created: KubeObject | undefined;
  let followed: FollowedPod | undefined;
  try {
    const start = linkSignals(ports.stop, ports.cancel);
    try {
      await ports.emit({
        type: 'unit-creating',
        unit,
        attempt: progress.attempt,
        namespace,
        podName,
      });
      await createPlanned(
        ports.objectPorts,
        unitObjects(ports, unit.id, 'before'),
        new Map(),
        start,
      );
      created = await createObject(ports.objectPorts, resourceTypes.pods, manifest, start);
      await createPlanned(
        ports.objectPorts,
        unitObjects(ports, unit.id, 'after'),
        new Map([[unit.id, created]]),
        start,
      );
    } finally {
      start.dispose();
    }
    const needed = unit.containers.filter(({ driven }) => driven).map(({ name }) => name);
    followed = {
      unit,
      podName,
      observer,
      created,
      createdAt: ports.clock.monotonic(),
      needed,
      userCodeStarted: () => progress.userCodeStarted,
    };
    const failure = await waitUntilReady(ports, followed);
    if (failure !== undefined) {
      if (failure.recreate && mayRecreate(planned, progress)) return true;
      throw podError(failure.outcome);
    }
    await ports.emit({ type: 'unit-ready', unit, podName, node: undefined });
    await runStages(ports, followed, work, progress);
    return false;
  } catch (thrown) {
    progress.outcome = await explained(ports, thrown, followed?.observer.latest().pod ?? created);
    return false;
  } finally {
    observer.dispose();
    await removePod(ports, podName);
  }
}

const mayRecreate = (
  { unit }: PlannedUnit,
  { attempt: made, userCodeStarted }: Progress,
): boolean =>
  unit.recreate.when === 'until-user-code' && !userCodeStarted && made <= unit.recreate.limit;

async function runStages(
  ports: UnitPorts,
  followed: FollowedPod,
  work: SessionWork,
  progress: Progress,
): Promise<void> {
  const { unit } = followed;
  const over = new AbortController();
  const gone = watchForFailure(ports, followed, over);
  gone.catch(() => undefined);
  const driver = openDriver(ports, followed, work, gone);
  try {
    for (const stage of work.stages) {
      if (ports.stop.aborted) throw reasonOf(ports.stop);
      if (!isWanted(stage, progress.outcome, ports.cancel.aborted)) continue;
      if (stage.userCode && !progress.userCodeStarted) {
        progress.userCodeStarted = true;
        await ports.ledger.updateUnit(unit.id, (record) => ({ ...record, userCodeStarted: true }), {
          signal: ports.stop,
        });
      }
      const result = await runStage(ports, { unit, stage, driver, gone });
      progress.stages.push(result);
      await ports.ledger.updateUnit(
        unit.id,
        (record) => ({ ...record, stages: [...record.stages, result] }),
        { signal: new AbortController().signal },
      );
      if (stage.countsAsFailure && progress.outcome.kind === 'success')
        progress.outcome = result.outcome.kind === 'skipped' ? progress.outcome : result.outcome;
      if (result.outcome.kind === 'failure' && isFatal(result.outcome.reason))
        throw fatal(result.outcome);
    }
    if (ports.cancel.aborted && progress.outcome.kind === 'success')
      progress.outcome = { kind: 'canceled', message: reasonOf(ports.cancel).message };
  } finally {
    await closeQuietly(ports, driver);
    over.abort();
  }
}

/** Failures after which the pod cannot be asked for anything more. */
const isFatal = (reason: string): boolean =>
  !['script_failed', 'stage_timeout', 'transfer_failed'].includes(reason);
const fatal = (outcome: Outcome & { readonly kind: 'failure' }): RunnerError => podError(outcome);

function isWanted(stage: Stage, outcome: Outcome, canceled: boolean): boolean {
  if (canceled) return stage.afterCancel;
  if (stage.on === 'always') return true;
  return (stage.on === 'failure') === (outcome.kind !== 'success');
}

const unitObjects = (
  ports: UnitPorts,
  unitId: string,
  when: 'before' | 'after',
): UnitPorts['plan']['objects'] =>
  ports.plan.objects.filter(
    ({ contribution }) =>
      typeof contribution.scope === 'object' &&
      contribution.scope.unit === unitId &&
      contribution.when === when,
  );

/** The failure with the pod's story, so that it survives the pod. */
async function explained(
  ports: UnitPorts,
  thrown: unknown,
  pod: KubeObject | undefined,
): Promise<Outcome> {
  const outcome = outcomeOf(
    ports.stop.aborted && thrown === ports.stop.reason ? reasonOf(ports.stop) : thrown,
  );
  if (outcome.kind !== 'failure' || pod === undefined || outcome.reason === 'job_timeout')
    return outcome;
  return {
    ...outcome,
    story: await podStory(ports.api, pod, { signal: AbortSignal.timeout(10_000) }),
  };
}

async function closeQuietly(ports: UnitPorts, driver: StageDriver): Promise<void> {
  try {
    await driver.close();
  } catch (failure) {
    ports.logger.debug('closing the session failed', { error: String(failure) });
  }
}

async function removePod(ports: UnitPorts, podName: string): Promise<void> {
  const object = ports.ledger.record.objects.find(
    (entry) => entry.plural === 'pods' && entry.name === podName,
  );
  if (object === undefined) return;
  try {
    const grace = ports.stop.aborted ? 0 : ports.limits.podGraceSeconds;
    await deleteObject(ports.objectPorts, object, grace, {
      signal: AbortSignal.timeout(ports.limits.cleanup),
    });
  } catch (failure) {
    // The pod stays in the record, so the sweep at the job's end tries again and tells.
    ports.logger.warn('deleting the pod failed', { pod: podName, error: String(failure) });
  }
}
