import { linkSignals } from '@millrace/async';
import { RunnerError, toRunnerError, type Outcome, type Unit } from '@millrace/core';
import { judgePod, nodeOf, phaseOf, podError, type FollowedPod } from './judge-pod.ts';
import type { PodSighting } from './pod-feed.ts';
import type { UnitPorts } from './unit-ports.ts';

/** The pod failed; `recreate` when a plugin says that another one may do. */
export interface PodFailure {
  readonly outcome: Outcome & { readonly kind: 'failure' };
  readonly recreate: boolean;
}

/**
 * Waits until the unit's needed containers run.
 * @returns undefined when they do, else why they never will
 */
export async function waitUntilReady(
  ports: UnitPorts,
  followed: FollowedPod,
): Promise<PodFailure | undefined> {
  const { clock, limits } = ports;
  const { unit, observer } = followed;
  const late = startTimeout(unit);
  const linked = linkSignals(ports.stop, ports.cancel);
  const gone = clock.monotonic() - followed.createdAt;
  const { startTimeoutSeconds: allowed } = unit;
  const cancelTimer =
    allowed === undefined
      ? (): void => undefined
      : clock.after(Math.max(0, allowed * 1000 - gone), () => linked.abort(late));
  let note: string | undefined;
  let said: string | undefined;
  let saidAt = 0;
  let lookedAt = clock.monotonic();
  try {
    for (;;) {
      const sighting = observer.latest();
      const verdict = judgePod(ports, followed, sighting);
      if (verdict.verdict === 'ready') return undefined;
      if (verdict.verdict !== 'waiting')
        return { outcome: verdict.outcome, recreate: verdict.verdict === 'recreate' };
      ({ note } = verdict);
      const words = `${nodeOf(sighting) ?? ''} ${phaseOf(sighting)} ${note ?? ''}`;
      if (words !== said || clock.monotonic() - saidAt >= limits.waitingRepeat) {
        said = words;
        saidAt = clock.monotonic();
        await emitWaiting(ports, followed, sighting, note);
      }
      if (sighting.pod === undefined && clock.monotonic() - lookedAt >= limits.unseenPod) {
        lookedAt = clock.monotonic();
        await observer.look(linked);
      }
      if (observer.latest() === sighting) await changeOrTick(ports, followed, linked.signal);
    }
  } catch (failure) {
    if (failure !== late) throw failure;
    return { recreate: false, outcome: startFailure(phaseOf(observer.latest()), note) };
  } finally {
    cancelTimer();
    linked.dispose();
  }
}

/** Follows a pod that works. */
export interface FailureWatch {
  /** Resolves with the pod's failure as soon as it is seen. */
  readonly failure: Promise<RunnerError>;
  readonly dispose: () => void;
}

/** Watches for whatever makes the pod useless. */
export function watchForFailure(ports: UnitPorts, followed: FollowedPod): FailureWatch {
  const over = new AbortController();
  const { promise: failure, resolve } = Promise.withResolvers<RunnerError>();
  const follow = async (): Promise<void> => {
    for (;;) {
      const sighting = followed.observer.latest();
      const verdict = judgePod(ports, followed, sighting);
      if (verdict.verdict === 'failed' || verdict.verdict === 'recreate') {
        resolve(podError(verdict.outcome));
        return;
      }
      if (followed.observer.latest() === sighting) await followed.observer.next(over);
    }
  };
  follow().catch((thrown: unknown) => {
    if (!over.signal.aborted) resolve(toRunnerError(thrown));
  });
  return { failure, dispose: () => over.abort() };
}

/** Waits for news of the pod, but not longer than until something is to be said again. */
async function changeOrTick(
  { clock, limits }: UnitPorts,
  { observer }: FollowedPod,
  signal: AbortSignal,
): Promise<void> {
  const turn = linkSignals(signal);
  const tick = new Error('time to say it again');
  const cancelTimer = clock.after(limits.waitingRepeat, () => turn.abort(tick));
  try {
    await observer.next(turn);
  } catch (failure) {
    if (failure !== tick) throw failure;
  } finally {
    cancelTimer();
    turn.dispose();
  }
}

const emitWaiting = (
  ports: UnitPorts,
  { unit, podName }: FollowedPod,
  sighting: PodSighting,
  note: string | undefined,
): Promise<void> =>
  ports.emit({
    type: 'unit-waiting',
    unit,
    podName,
    namespace: ports.plan.job.namespace,
    node: nodeOf(sighting),
    phase: phaseOf(sighting),
    note,
  });

function startFailure(phase: string, note: string | undefined): PodFailure['outcome'] {
  const unschedulable = note?.startsWith('Unschedulable') === true;
  return {
    kind: 'failure',
    reason: unschedulable ? 'pod_unschedulable' : 'pod_start_timeout',
    message: `timed out waiting for pod to start (last phase: ${phase})${note === undefined ? '' : `: ${note}`}`,
    hint: unschedulable
      ? 'no node fits: compare the pod’s requests, node selector and tolerations with the nodes'
      : 'look at the pod’s events; the time allowed can be raised',
  };
}

const startTimeout = ({ id, startTimeoutSeconds }: Unit): RunnerError =>
  new RunnerError(`the pod of ${id} did not start within ${startTimeoutSeconds ?? 0} s`, {
    code: 'MILLRACE_E_POD_START_TIMEOUT',
    kind: 'timeout',
    reason: 'pod_start_timeout',
  });
