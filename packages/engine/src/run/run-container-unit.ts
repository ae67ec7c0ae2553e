import { raceSignal } from '@millrace/async';
import {
  isRunnerError,
  type ContainerWork,
  type KubeObject,
  type Outcome,
  type PlannedUnit,
  type UnitResult,
} from '@millrace/core';
import { createContainerClassifier } from './classify-container.ts';
import {
  containerEnd,
  containerFate,
  containerOutcome,
  containerRan,
  type ContainerEnd,
} from './container-state.ts';
import { followLog } from './follow-log.ts';
import { sayLogLost } from './log-reader.ts';
import { nodeOf, podError, type FollowedPod } from './judge-pod.ts';
import { outcomeOf } from './outcomes.ts';
import { endedBeside, podStory } from './pod-story.ts';
import { stopOnCancel } from './stop-container.ts';
import { takeContainerPod } from './take-container-pod.ts';
import { unending } from './unending.ts';
import type { UnitPorts } from './unit-ports.ts';
import { waitUntilReady } from './wait-for-pod.ts';
import { watchContainer, type ContainerWatch } from './watch-container.ts';

/** What became of a container unit, besides its result. */
export interface ContainerRun {
  readonly result: UnitResult;
  /** The server has agreed to delete the pod, or somebody else has deleted it. */
  readonly podIsGone: boolean;
}

/** What is known so far. */
interface Course {
  created: KubeObject | undefined;
  ran: boolean;
  end: ContainerEnd | undefined;
  podIsGone: boolean;
}

/**
 * Runs one container unit to its end: makes the pod, hands its container's log on, and learns the end from the shared
 * watch. The outcome is the container's own record, or a named failure. A cancel deletes the pod and waits for what the
 * kubelet still has to say. What another process has done of it is in the record. Never throws.
 * @param stopOutcome - what a unit's outcome is that is stopped by its signal `cancel`
 */
export async function runContainerUnit(
  ports: UnitPorts,
  planned: PlannedUnit,
  stopOutcome: () => Outcome,
): Promise<ContainerRun> {
  const { unit } = planned;
  const { podName } = unit;
  const { container } = unit.work as ContainerWork;
  const course: Course = { created: undefined, ran: false, end: undefined, podIsGone: false };
  const observer = ports.observePod(podName);
  let outcome: Outcome;
  try {
    course.created = await takeContainerPod(ports, planned);
    const followed: FollowedPod = {
      unit,
      podName,
      attempt: 1,
      observer,
      created: course.created,
      createdAt: ports.clock.monotonic() - ageOf(ports, course.created),
      needed: [container],
      // The kubelet starts the user's container by itself: from its creation on a pod is not made again.
      userCodeStarted: () => true,
      classify: createContainerClassifier(container, {
        clock: ports.clock,
        pullGrace: ports.limits.pullGrace,
      }),
    };
    outcome = await runContainer(ports, course, followed, stopOutcome);
  } catch (thrown) {
    if (course.created === undefined && ports.adopted !== undefined && isGone(thrown))
      await sayLogLost(ports, { unit, attempt: 1 }, `pod "${podName}" is not there any more`);
    // A pod that this runner has deleted is not lost.
    outcome = ports.stop.aborted
      ? outcomeOf(ports.stop.reason)
      : (ports.ledger.unit(unit.id).stopping ?? outcomeOf(thrown));
  }
  const { pod: last, deleted } = observer.latest();
  observer.dispose();
  const pod = last ?? course.created;
  if (pod !== undefined) {
    course.end ??= containerEnd(pod, container);
    course.ran ||= containerRan(pod, container);
    outcome = await withStory(ports, outcome, pod, { container, ran: course.ran });
  }
  return {
    result: resultOf(ports, planned, course, outcome),
    podIsGone: course.podIsGone || deleted,
  };
}

async function runContainer(
  ports: UnitPorts,
  course: Course,
  followed: FollowedPod,
  stopOutcome: () => Outcome,
): Promise<Outcome> {
  const { unit, podName, observer, created } = followed;
  const { container } = unit.work as ContainerWork;
  const failure = await waitUntilReady(ports, followed);
  const { pod = created, deleted } = observer.latest();
  if (failure !== undefined) {
    // A pod that came and went between two looks may still have a record of its end.
    const fate = containerFate({ pod, deleted }, { container, podName, stopped: false });
    if (fate.kind !== 'ended') throw podError(failure.outcome);
  }
  course.ran = containerRan(pod, container);
  if (course.ran)
    await ports.emit({
      type: 'unit-ready',
      unit,
      attempt: followed.attempt,
      podName,
      node: nodeOf({ pod, deleted }),
    });
  const watch = watchContainer(ports, followed, container);
  const stopping = stopOnCancel(ports, followed, watch, stopOutcome);
  try {
    if (course.ran) await followLog(ports, subjectOf(followed, watch), { signal: ports.stop });
    const fate = await raceSignal(watch.fate, ports.stop);
    course.end = fate.end;
    await stopping.settled();
    course.podIsGone = stopping.podIsGone();
    const stopped = stopping.outcome();
    if (stopped !== undefined) return stopped;
    return fate.kind === 'ended' ? containerOutcome(fate.end, container) : fate.outcome;
  } finally {
    stopping.dispose();
    watch.dispose();
  }
}

const isGone = (thrown: unknown): boolean =>
  isRunnerError(thrown) && thrown.reason === 'pod_deleted';

const subjectOf = ({ unit, attempt, podName }: FollowedPod, watch: ContainerWatch) => ({
  unit,
  attempt,
  podName,
  container: (unit.work as ContainerWork).container,
  ended: watch.fate,
});

function resultOf(
  { clock, ledger }: UnitPorts,
  { unit }: PlannedUnit,
  { ran, end }: Course,
  outcome: Outcome,
): UnitResult {
  const { begunAt } = ledger.unit(unit.id);
  const now = clock.now();
  const startedAt = ran ? (begunAt ?? now) : undefined;
  // By the node's clock, which may differ from ours.
  const finishedAt = Math.min(now, Math.max(startedAt ?? 0, end?.finishedAt ?? now));
  const known = end !== undefined || outcome.kind !== 'canceled';
  return {
    unit: unit.id,
    outcome,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(known ? { finishedAt } : {}),
    ...(end === undefined || !ran ? {} : { exitCode: end.exitCode }),
    podName: unit.podName,
    attempts: 1,
    stages: [],
  };
}

/** Milliseconds since an adopted pod was made; 0 for one that this process has just made. */
function ageOf({ adopted, clock }: UnitPorts, pod: KubeObject): number {
  const made = Date.parse(pod.metadata.creationTimestamp ?? '');
  return adopted === undefined || Number.isNaN(made) ? 0 : Math.max(0, clock.now() - made);
}

/** A failure with the pod's story, so that it survives the pod. */
async function withStory(
  { api }: UnitPorts,
  outcome: Outcome,
  pod: KubeObject,
  { container, ran }: { readonly container: string; readonly ran: boolean },
): Promise<Outcome> {
  if (outcome.kind !== 'failure') return outcome;
  const own = outcome.reason === 'script_failed' || (outcome.reason === 'job_timeout' && ran);
  const story = own
    ? endedBeside(pod, [container])
    : await podStory(api, pod, { signal: unending() });
  return own && story.length === 0 ? outcome : { ...outcome, story };
}
