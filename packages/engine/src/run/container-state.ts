import type { KubeObject, Outcome } from '@millrace/core';
import { cannotStart, notStarted, podGone } from './classify-pod.ts';
import { podNotFound } from './judge-pod.ts';
import { scriptOutcome } from './outcomes.ts';
import type { PodSighting } from './pod-feed.ts';
import { list, object, text } from './read-json.ts';

/** A container's own record of its end, as the kubelet has written it. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the epoch, by the node's clock; whole seconds. */
  readonly finishedAt: number | undefined;
}

/** What has become of a unit's container. */
export type ContainerFate =
  /** It ended by itself. */
  | { readonly kind: 'ended'; readonly end: ContainerEnd }
  /** Its pod was taken from it, or nobody knows; it may have ended in consequence. */
  | {
      readonly kind: 'lost';
      readonly outcome: Outcome & { readonly kind: 'failure' };
      readonly end: ContainerEnd | undefined;
    };

/** What a pod's state says about one container of it. */
export type ContainerVerdict =
  | ContainerFate
  | { readonly kind: 'going' }
  /** Its pod is being taken from it: it has so many milliseconds to end. */
  | {
      readonly kind: 'going-away';
      readonly outcome: Outcome & { readonly kind: 'failure' };
      readonly patience: number;
    };

/** Whether the container runs at this moment. Pure. */
export const containerRuns = (pod: KubeObject, name: string): boolean =>
  object(statusOf(pod, name)['state'])['running'] !== undefined;

/** Whether the container's own process ever ran. Pure. */
export function containerRan(pod: KubeObject, name: string): boolean {
  const end = containerEnd(pod, name);
  return end === undefined ? containerRuns(pod, name) : !notStarted.has(end.reason);
}

/** The container's record of its end; undefined when it has none, or one that the kubelet has made up. Pure. */
export function containerEnd(pod: KubeObject, name: string): ContainerEnd | undefined {
  const { terminated } = object(statusOf(pod, name)['state']);
  if (terminated === undefined) return undefined;
  const record = object(terminated);
  const exitCode = record['exitCode'];
  const reason = text(record['reason']);
  // The kubelet says 137 of containers of which it has found nothing any more.
  if (typeof exitCode !== 'number' || reason === 'ContainerStatusUnknown') return undefined;
  return {
    exitCode,
    reason,
    message: text(record['message']).trim(),
    finishedAt: timeOf(record['finishedAt']),
  };
}

/**
 * What has become of a container, by the last that is known of its pod. Only the container itself counts: what others in
 * its pod do is of no interest. An end counts as the container's own only when it came before anybody took the pod away:
 * a program may well answer SIGTERM with exit code 0. Pure.
 * @param stopped - this runner has asked for the pod's deletion
 */
export function containerFate(
  { pod, deleted }: PodSighting,
  { container, podName, stopped }: ContainerQuestion,
): ContainerVerdict {
  if (pod === undefined)
    return deleted
      ? { kind: 'lost', outcome: podNotFound(podName), end: undefined }
      : { kind: 'going' };
  const end = containerEnd(pod, container);
  if (end !== undefined && (stopped || endedBefore(end, takenAwayAt(pod))))
    return { kind: 'ended', end };
  const { phase } = object(pod['status']);
  const over = phase === 'Failed' || phase === 'Succeeded';
  const outcome = failureOf(pod) ?? (deleted ? podNotFound(podName) : undefined);
  if (outcome === undefined)
    return over
      ? { kind: 'lost', outcome: unknownEnd(podName, container), end }
      : { kind: 'going' };
  if (deleted || over || end !== undefined) return { kind: 'lost', outcome, end };
  if (stopped && outcome.reason === 'pod_deleted') return { kind: 'going' };
  return { kind: 'going-away', outcome, patience: graceOf(pod) * 1000 };
}

/** What is asked about a container. */
export interface ContainerQuestion {
  readonly container: string;
  readonly podName: string;
  readonly stopped: boolean;
}

/** The outcome that a container's own end stands for. Pure. */
export function containerOutcome(end: ContainerEnd, container: string): Outcome {
  const { exitCode, reason, message } = end;
  if (notStarted.has(reason))
    return {
      kind: 'failure',
      reason: 'container_start_failed',
      message: `container ${container} cannot be started${message === '' ? '' : `: ${message}`}`,
      hint: cannotStart,
    };
  if (reason === 'OOMKilled' && exitCode !== 0)
    return {
      kind: 'failure',
      reason: 'oom_killed',
      message: `container ${container} was out of memory and was killed: exit code ${exitCode}`,
      exitCode,
      hint: `raise the memory limit of container ${container}, or use less memory`,
    };
  return scriptOutcome(exitCode, container);
}

/** Seconds from a pod's deletion to the end of its containers. */
export function graceOf(pod: KubeObject): number {
  const own = pod.metadata['deletionGracePeriodSeconds'];
  const grace =
    typeof own === 'number' ? own : object(pod['spec'])['terminationGracePeriodSeconds'];
  return typeof grace === 'number' ? grace : defaultGrace;
}

/** Of Kubernetes. */
const defaultGrace = 30;

const statusOf = (pod: KubeObject, name: string): ReturnType<typeof object> =>
  list(object(pod['status'])['containerStatuses']).find(
    (status) => text(status['name']) === name,
  ) ?? {};

function failureOf(pod: KubeObject): (Outcome & { readonly kind: 'failure' }) | undefined {
  const gone = podGone(pod);
  return gone?.verdict === 'failed' ? gone.outcome : undefined;
}

/**
 * When the pod was taken away: its deletion was asked for, or it was chosen for disruption; undefined when it was not.
 * A pod that the kubelet has failed without saying when was taken away before anything in it ended.
 */
function takenAwayAt(pod: KubeObject): number | undefined {
  const times: number[] = [];
  const deletion = timeOf(pod.metadata.deletionTimestamp);
  if (deletion !== undefined) times.push(deletion - graceOf(pod) * 1000);
  const status = object(pod['status']);
  for (const condition of list(status['conditions']))
    if (condition['type'] === 'DisruptionTarget' && condition['status'] === 'True')
      times.push(timeOf(condition['lastTransitionTime']) ?? 0);
  if (times.length === 0 && status['phase'] === 'Failed' && text(status['reason']) !== '') return 0;
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Times are whole seconds: of one second nobody knows what came first, and a doubt is no success. */
const endedBefore = ({ finishedAt }: ContainerEnd, taken: number | undefined): boolean =>
  taken === undefined || (finishedAt !== undefined && finishedAt < taken);

const unknownEnd = (
  podName: string,
  container: string,
): Outcome & { readonly kind: 'failure' } => ({
  kind: 'failure',
  reason: 'result_unknown',
  message: `pod "${podName}" is over, and nobody knows how its container ${container} ended`,
  hint: 'look at the node: its kubelet has lost the container',
});

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
