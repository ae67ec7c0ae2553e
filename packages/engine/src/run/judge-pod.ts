import {
  RunnerError,
  type KubeObject,
  type Outcome,
  type PodSnapshot,
  type PodVerdict,
  type Unit,
} from '@millrace/core';
import { classifyPod } from './classify-pod.ts';
import type { PodObserver, PodSighting } from './pod-feed.ts';
import type { UnitPorts } from './unit-ports.ts';

/** A pod as a unit runner follows it. */
export interface FollowedPod {
  readonly unit: Unit;
  readonly podName: string;
  readonly attempt: number;
  readonly observer: PodObserver;
  /** As created; what is known before the first change arrives. */
  readonly created: KubeObject;
  /** Of the monotonic clock. */
  readonly createdAt: number;
  readonly needed: readonly string[];
  readonly userCodeStarted: () => boolean;
  /** In place of the engine's own rules. */
  readonly classify?: (snapshot: PodSnapshot) => PodVerdict;
}

/** What the pod's state means now: plugins first, then the engine's own rules. */
export function judgePod(
  ports: UnitPorts,
  followed: FollowedPod,
  sighting: PodSighting,
): PodVerdict {
  const { unit, podName, created, createdAt, needed } = followed;
  if (sighting.deleted) return { verdict: 'failed', outcome: podNotFound(podName) };
  const snapshot: PodSnapshot = {
    pod: sighting.pod ?? created,
    events: [],
    age: ports.clock.monotonic() - createdAt,
    needed,
    userCodeStarted: followed.userCodeStarted(),
  };
  const verdict =
    ports.generation.hooks.first('classifyPod', [snapshot], ports.resolve) ??
    (followed.classify ?? classifyPod)(snapshot);
  return verdict.verdict === 'recreate' && unit.recreate.when === 'never'
    ? { verdict: 'failed', outcome: verdict.outcome }
    : verdict;
}

/** What is said of a pod that is not there. */
export const podNotFound = (podName: string): Outcome & { readonly kind: 'failure' } => ({
  kind: 'failure',
  reason: 'pod_deleted',
  message: `pods "${podName}" not found`,
  hint: 'somebody or something other than the runner deleted the pod',
});

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

/** `status.phase`; a pod that nobody has seen yet is pending. */
export function phaseOf({ pod }: PodSighting): string {
  const status = pod?.['status'];
  const phase =
    typeof status === 'object' && status !== null && 'phase' in status
      ? status['phase']
      : undefined;
  return typeof phase === 'string' ? phase : 'Pending';
}

/** The node that a pod is bound to. */
export function nodeOf({ pod }: PodSighting): string | undefined {
  const spec = pod?.['spec'];
  const node =
    typeof spec === 'object' && spec !== null && 'nodeName' in spec ? spec['nodeName'] : undefined;
  return typeof node === 'string' && node !== '' ? node : undefined;
}
