import type {
  KubeObject,
  Outcome,
  PlannedObject,
  PlannedUnit,
  SessionWork,
  Unit,
  UnitResult,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { createObject, createPlanned } from './cluster-objects.ts';
import { createWhenRoom } from './create-when-room.ts';
import { nodeOf, podError, type FollowedPod } from './judge-pod.ts';
import { outcomeOf } from './outcomes.ts';
import { fillPlaceholders } from './placeholders.ts';
import { endedBeside, podStory } from './pod-story.ts';
import { runStages, settle, type Progress } from './run-stages.ts';
import { removeAttempt } from './sweep.ts';
import { unending } from './unending.ts';
import type { UnitPorts } from './unit-ports.ts';
import { waitUntilReady } from './wait-for-pod.ts';

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
  let lost = await attempt(ports, planned, progress);
  while (lost !== undefined) {
    progress.attempt += 1;
    const { attempt: number } = progress;
    await ports.emit({ type: 'unit-recreating', unit, outcome: lost, attempt: number });
    await ports.ledger.newAttempt(
      unit.id,
      { attempt: number, podName: podNameOf(planned, number) },
      { signal: ports.stop },
    );
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

/** Names of later attempts differ, because a name is free only when its pod is gone; 63 characters are a label's limit. */
const podNameOf = ({ unit }: PlannedUnit, attempt: number): string =>
  attempt === 1 ? unit.podName : `${unit.podName.slice(0, 60).replace(/[-.]+$/, '')}-${attempt}`;

/** @returns why the pod is to be made again; undefined when the unit is over */
async function attempt(
  ports: UnitPorts,
  planned: PlannedUnit,
  progress: Progress,
): Promise<Outcome | undefined> {
  const { unit } = planned;
  const podName = podNameOf(planned, progress.attempt);
  const observer = ports.observePod(podName);
  let created: KubeObject | undefined;
  let lost: Outcome | undefined;
  try {
    created = await createPod(ports, planned, podName, progress.attempt);
    const followed: FollowedPod = {
      unit,
      podName,
      observer,
      created,
      createdAt: ports.clock.monotonic(),
      needed: unit.containers.filter(({ driven }) => driven).map(({ name }) => name),
      userCodeStarted: () => progress.userCodeStarted,
    };
    const failure = await waitUntilReady(ports, followed);
    if (failure === undefined) {
      await ports.emit({ type: 'unit-ready', unit, podName, node: nodeOf(observer.latest()) });
      await runStages(ports, followed, unit.work as SessionWork, progress);
    } else if (failure.recreate && mayRecreate(planned, progress)) lost = failure.outcome;
    else throw podError(failure.outcome);
  } catch (thrown) {
    settle(progress, outcomeOf(ports.stop.aborted ? ports.stop.reason : thrown));
  }
  const pod = observer.latest().pod ?? created;
  observer.dispose();
  if (pod !== undefined) progress.outcome = await withStory(ports, progress.outcome, pod, unit);
  await removeAttempt(ports, unit.id, podName, lost !== undefined);
  return lost;
}

/** Creates the unit's objects and its pod. */
async function createPod(
  ports: UnitPorts,
  { unit, pod }: PlannedUnit,
  podName: string,
  number: number,
): Promise<KubeObject> {
  const { namespace } = ports.plan.job;
  await ports.emit({ type: 'unit-creating', unit, attempt: number, namespace, podName });
  const values = { attempt: number, startedAt: ports.clock.now(), pods: new Map() };
  await createPlanned(ports, unitObjects(ports, unit.id, 'before'), values);
  const manifest = fillPlaceholders(pod.manifest, values);
  const created = await createWhenRoom(ports, { unit, podName }, () =>
    createObject(ports, resourceTypes.pods, {
      ...manifest,
      metadata: { ...manifest.metadata, name: podName },
    }),
  );
  const pods = new Map([[unit.id, created]]);
  await createPlanned(ports, unitObjects(ports, unit.id, 'after'), { ...values, pods });
  return created;
}

const mayRecreate = (
  { unit }: PlannedUnit,
  { attempt: made, userCodeStarted }: Progress,
): boolean =>
  unit.recreate.when === 'until-user-code' && !userCodeStarted && made <= unit.recreate.limit;

const unitObjects = (
  { plan }: UnitPorts,
  unitId: string,
  when: 'before' | 'after',
): readonly PlannedObject[] =>
  plan.objects.filter(
    ({ contribution: { scope, when: moment } }) =>
      typeof scope === 'object' && scope.unit === unitId && moment === when,
  );

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
