import {
  RunnerError,
  type KubeObject,
  type Outcome,
  type PodSnapshot,
  type PodVerdict,
  type Unit,
} from '@millrace/core';
import { linkSignals } from '@millrace/async';
import { classifyPod } from './classify-pod.ts';
import type { PodObserver, PodSighting } from './pod-feed.ts';
import type { UnitPorts } from './unit-ports.ts';

/** A pod as a unit runner follows it. */
export interface FollowedPod {
  readonly unit: Unit;
  readonly podName: string;
  readonly observer: PodObserver;
  /** As created; what is known before the first change arrives. */
  readonly created: KubeObject;
  /** Of the monotonic clock. */
  readonly createdAt: number;
  readonly needed: readonly string[];
  readonly userCodeStarted: () => boolean;
}

/** The pod failed; `recreate` when a plugin says that another one may do. */
export interface PodFailure {
  readonly outcome: Outcome & { readonly kind: 'failure' };
  readonly recreate: boolean;
}

/** What the pod's state means now: plugins first, then the engine's own rules. */
export function judgePod(
  ports: UnitPorts,
  followed: FollowedPod,
  sighting: PodSighting,
): PodVerdict {
  const { unit, podName, created, createdAt, needed } = followed;
  if (sighting.deleted)
    return {
      verdict: 'failed',
      outcome: {
        kind: 'failure',
        reason: 'pod_deleted',
        message: `pods "${podName}" not found`,
        hint: 'somebody or something other than the runner deleted the pod',
      },
    };
  const snapshot: PodSnapshot = {
    pod: sighting.pod ?? created,
    events: [],
    age: ports.clock.monotonic() - createdAt,
    needed,
    userCodeStarted: followed.userCodeStarted(),
  };
  const verdict =
    ports.generation.hooks.first('classifyPod', [snapshot], ports.resolve) ?? classifyPod(snapshot);
  return verdict.verdict === 'recreate' && unit.recreate.when === 'never'
    ? { verdict: 'failed', outcome: verdict.outcome }
    : verdict;
}

/**
 * Waits until the unit's needed containers run.
 * @returns undefined when they do, else why they never will
 */
export async function waitUntilReady(
  ports: UnitPorts,
  followed: FollowedPod,
): Promise<PodFailure | undefined> {
  const { unit, observer, podName } = followed;
  const late = new AbortController();
  const cancelTimer = ports.clock.after(unit.startTimeoutSeconds * 1000, () =>
    late.abort(startTimeout(unit)),
  );
  const linked = linkSignals(ports.stop, ports.cancel, late.signal);
  let said: string | undefined;
  try {
    for (;;) {
      const sighting = observer.latest();
      const verdict = judgePod(ports, followed, sighting);
      if (verdict.verdict === 'ready') return undefined;
      if (verdict.verdict !== 'waiting')
        return { outcome: verdict.outcome, recreate: verdict.verdict === 'recreate' };
      const words = `${nodeOf(sighting) ?? ''} ${phaseOf(sighting)} ${verdict.note ?? ''}`;
      if (words !== said)
        await ports.emit({
          type: 'unit-waiting',
          unit,
          podName,
          namespace: ports.plan.job.namespace,
          node: nodeOf(sighting),
          phase: phaseOf(sighting),
          note: verdict.note,
        });
      said = words;
      if (observer.latest() === sighting) await observer.next({ signal: linked.signal });
    }
  } catch (failure) {
    if (failure !== late.signal.reason) throw failure;
    const phase = phaseOf(observer.latest());
    const note = noteOf(ports, followed);
    const reason =
      note?.startsWith('Unschedulable') === true ? 'pod_unschedulable' : 'pod_start_timeout';
    return {
      recreate: false,
      outcome: {
        kind: 'failure',
        reason,
        message: `timed out waiting for pod to start (last phase: ${phase})${note === undefined ? '' : `: ${note}`}`,
        hint:
          reason === 'pod_unschedulable'
            ? 'no node fits: compare the pod’s requests, node selector and tolerations with the nodes'
            : 'look at the pod’s events; the time allowed can be raised',
      },
    };
  } finally {
    cancelTimer();
    linked.dispose();
  }
}

/** Rejects with the pod's failure as soon as it is seen; pending until then. */
export async function watchForFailure(
  ports: UnitPorts,
  followed: FollowedPod,
  { signal }: { readonly signal: AbortSignal },
): Promise<never> {
  for (;;) {
    const sighting = followed.observer.latest();
    const verdict = judgePod(ports, followed, sighting);
    if (verdict.verdict === 'failed' || verdict.verdict === 'recreate')
      throw podError(verdict.outcome);
    if (followed.observer.latest() === sighting) await followed.observer.next({ signal });
  }
}

/** A pod's failure as an error. */
export function podError(outcome: Outcome & { readonly kind: 'failure' }): RunnerError {
  return new RunnerError(outcome.message, {
    code: 'MILLRACE_E_POD_FAILED',
    kind: 'system',
    reason: outcome.reason,
    retry: 'job',
    ...(outcome.hint === undefined ? {} : { hint: outcome.hint }),
  });
}

function noteOf(ports: UnitPorts, followed: FollowedPod): string | undefined {
  const verdict = judgePod(ports, followed, followed.observer.latest());
  return verdict.verdict === 'waiting' ? verdict.note : undefined;
}

const startTimeout = ({ id, startTimeoutSeconds }: Unit): RunnerError =>
  new RunnerError(`the pod of ${id} did not start within ${startTimeoutSeconds} s`, {
    code: 'MILLRACE_E_POD_START_TIMEOUT',
    kind: 'timeout',
    reason: 'pod_start_timeout',
  });

function phaseOf({ pod }: PodSighting): string {
  const status = pod?.['status'];
  const phase =
    typeof status === 'object' && status !== null && 'phase' in status
      ? status['phase']
      : undefined;
  return typeof phase === 'string' ? phase : 'Pending';
}

function nodeOf({ pod }: PodSighting): string | undefined {
  const spec = pod?.['spec'];
  const node =
    typeof spec === 'object' && spec !== null && 'nodeName' in spec ? spec['nodeName'] : undefined;
  return typeof node === 'string' && node !== '' ? node : undefined;
}
