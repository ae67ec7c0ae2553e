import type {
  KubeObject,
  Outcome,
  PlannedUnit,
  SessionWork,
  Unit,
  UnitResult,
} from '@millrace/core';
import { nodeOf, podError, podNotFound, type FollowedPod } from './judge-pod.ts';
import { outcomeOf } from './outcomes.ts';
import { podNameOf } from './pod-name.ts';
import { endedBeside, podStory } from './pod-story.ts';
import { entriesOfUnit } from './recorded-objects.ts';
import { runStages, settle, type Progress } from './run-stages.ts';
import { removeAttempt } from './sweep.ts';
import { takePod } from './take-pod.ts';
import { unending } from './unending.ts';
import type { UnitPorts } from './unit-ports.ts';
import { waitUntilReady, type PodFailure } from './wait-for-pod.ts';

/**
 * Runs one session unit to its end: makes the pod, opens one session into it, and runs the stages one after another. A
 * pod that was lost before user code began may be made again, if the unit says so. What another process has done of it
 * is in the record. The last pod is left to whoever writes the result down.
 */
export async function runSessionUnit(ports: UnitPorts, planned: PlannedUnit): Promise<UnitResult> {
  const { unit } = planned;
  const { attempt: begun, userCodeStarted } = ports.ledger.unit(unit.id);
  const progress: Progress = {
    attempt: begun,
    userCodeStarted,
    outcome: { kind: 'success' },
    stages: [],
  };
  await finishRemoval(ports, planned, begun);
  let lost = await attempt(ports, planned, progress);
  while (lost !== undefined) {
    const { attempt: before } = progress;
    progress.attempt += 1;
    progress.stages.length = 0;
    const { attempt: number } = progress;
    await ports.emit({ type: 'unit-recreating', unit, outcome: lost, attempt: number });
    await ports.ledger.newAttempt(
      unit.id,
      { attempt: number, podName: podNameOf(planned, number) },
      { signal: ports.stop },
    );
    await removeAttempt(ports, unit.id, podNameOf(planned, before), true);
    lost = await attempt(ports, planned, progress);
  }
  return {
    unit: unit.id,
    outcome: progress.outcome,
    podName: podNameOf(planned, progress.attempt),
    attempts: progress.attempt,
    stages: progress.stages,
  };
}

/** An attempt that is counted but of which nothing is listed: the one before it was being removed. */
async function finishRemoval(
  ports: UnitPorts,
  planned: PlannedUnit,
  number: number,
): Promise<void> {
  if (number === 1) return;
  const pods = entriesOfUnit(ports.plan, planned, podNameOf(planned, number));
  const begun = pods.every((entry) => ports.ledger.isListed(entry));
  if (!begun) await removeAttempt(ports, planned.unit.id, podNameOf(planned, number - 1), true);
}

/** @returns why the pod is to be made again; undefined when the unit is over */
async function attempt(
  ports: UnitPorts,
  planned: PlannedUnit,
  progress: Progress,
): Promise<Outcome | undefined> {
  const { unit } = planned;
  const { attempt: number, userCodeStarted } = progress;
  const podName = podNameOf(planned, number);
  const observer = ports.observePod(podName);
  let created: KubeObject | undefined;
  let lost: Outcome | undefined;
  try {
    created = await takePod(ports, planned, { number, podName, userCodeStarted });
    const followed: FollowedPod | undefined = created && {
      unit,
      podName,
      attempt: number,
      observer,
      created,
      createdAt: ports.clock.monotonic() - ageOf(ports, created),
      needed: unit.containers.filter(({ driven }) => driven).map(({ name }) => name),
      userCodeStarted: () => progress.userCodeStarted,
    };
    const failure =
      followed === undefined ? missing(podName) : await waitUntilReady(ports, followed);
    if (failure === undefined && followed !== undefined) {
      const node = nodeOf({ pod: observer.latest().pod ?? created, deleted: false });
      await ports.emit({ type: 'unit-ready', unit, attempt: number, podName, node });
      await runStages(ports, followed, unit.work as SessionWork, progress);
    } else if (failure?.recreate === true && mayRecreate(planned, progress)) lost = failure.outcome;
    else if (failure !== undefined) throw podError(failure.outcome);
  } catch (thrown) {
    recallStages(ports, planned, progress);
    settle(progress, outcomeOf(ports.stop.aborted ? ports.stop.reason : thrown));
  }
  const pod = observer.latest().pod ?? created;
  observer.dispose();
  if (pod !== undefined) progress.outcome = await withStory(ports, progress.outcome, pod, unit);
  return lost;
}

/** Stages that ended in another process count, though the pod cannot be asked about them any more. */
function recallStages(ports: UnitPorts, { unit }: PlannedUnit, progress: Progress): void {
  const { stages } = unit.work as SessionWork;
  for (const { result } of ports.ledger.unit(unit.id).stages.slice(progress.stages.length)) {
    progress.stages.push(result);
    const counts = stages.find(({ name }) => name === result.name)?.countsAsFailure === true;
    if (counts && result.outcome.kind !== 'skipped') settle(progress, result.outcome);
  }
}

/** Another process has made the pod, and it is gone; another one may do. */
const missing = (podName: string): PodFailure => ({
  outcome: podNotFound(podName),
  recreate: true,
});

/** Milliseconds since an adopted pod was made; 0 for one that this process has just made. */
function ageOf({ adopted, clock }: UnitPorts, pod: KubeObject): number {
  const made = Date.parse(pod.metadata.creationTimestamp ?? '');
  return adopted === undefined || Number.isNaN(made) ? 0 : Math.max(0, clock.now() - made);
}

const mayRecreate = (
  { unit }: PlannedUnit,
  { attempt: made, userCodeStarted }: Progress,
): boolean =>
  unit.recreate.when === 'until-user-code' && !userCodeStarted && made <= unit.recreate.limit;

/** A failure with the pod's story, so that it survives the pod. */
async function withStory(
  ports: UnitPorts,
  outcome: Outcome,
  pod: KubeObject,
  { containers }: Unit,
): Promise<Outcome> {
  if (outcome.kind !== 'failure') return outcome;
  const driven = containers.filter((each) => each.driven).map(({ name }) => name);
  const story = own.has(outcome.reason)
    ? endedBeside(pod, driven)
    : await podStory(ports.api, pod, { signal: unending() });
  return story.length === 0 && own.has(outcome.reason) ? outcome : { ...outcome, story };
}

/** Failures of the work itself: all that the pod can add is which service did not live to see it. */
const own: ReadonlySet<string> = new Set(['script_failed', 'job_timeout', 'stage_timeout']);
