import type { Clock, KubeObject } from '@millrace/core';
import type { StoreChange } from '../contracts.ts';
import { createEventRecorder } from './event-recorder.ts';
import { records, text } from './json.ts';
import { misfits } from './node-fit.ts';
import { boundTo, withCondition } from './pod-conditions.ts';
import { claimType, nodeType, podType, sameResource, storageClassType } from './resource-types.ts';
import { keyOf } from './object-meta.ts';
import type { ObjectStore } from './store.ts';

const component = 'default-scheduler';

const isFinished = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));

const waits = (pod: KubeObject): boolean =>
  text(pod, 'spec', 'nodeName') === '' &&
  text(pod, 'spec', 'schedulerName') === component &&
  pod.metadata.deletionTimestamp === undefined &&
  !isFinished(pod);

/** Claims that keep a pod from any node. */
function missingClaim(store: ObjectStore, pod: KubeObject): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const volume of records(pod, 'spec', 'volumes')) {
    const name = text(volume, 'persistentVolumeClaim', 'claimName');
    if (name === '') continue;
    const claim = store.get({ type: claimType, namespace, name });
    if (claim === undefined) return `persistentvolumeclaim ${JSON.stringify(name)} not found`;
    if (claim.metadata.deletionTimestamp !== undefined)
      return `persistentvolumeclaim ${JSON.stringify(name)} is being deleted`;
    const storage = text(claim, 'spec', 'storageClassName');
    const known =
      storage === '' ||
      store.get({ type: storageClassType, namespace: '', name: storage }) !== undefined;
    if (!known && text(claim, 'status', 'phase') !== 'Bound')
      return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

/** Groups equal reasons as the scheduler does: `2 Insufficient cpu, 1 node(s) were unschedulable`. */
function explained(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted()
    .join(', ');
}

/** Where a pod can go, or why it can go nowhere. */
function place(
  store: ObjectStore,
  pod: KubeObject,
): { readonly node: string } | { readonly refusal: string } {
  const nodes = store.list(nodeType);
  const available = `0/${nodes.length} nodes are available`;
  if (nodes.length === 0) return { refusal: 'no nodes available to schedule pods' };
  const claim = missingClaim(store, pod);
  if (claim !== undefined)
    return {
      refusal: `${available}: ${claim}. preemption: ${available}: ${nodes.length} Preemption is not helpful for scheduling.`,
    };
  const reasons: string[] = [];
  const pods = store.list(podType);
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    const onNode = pods.filter(
      (item) => text(item, 'spec', 'nodeName') === name && !isFinished(item),
    );
    const misfit = misfits(pod, node, onNode);
    if (misfit.length === 0) return { node: name };
    reasons.push(...misfit);
  }
  const short = reasons.some(
    (reason) => reason.startsWith('Insufficient') || reason === 'Too many pods',
  );
  const preemption = short
    ? 'No preemption victims found for incoming pod'
    : 'Preemption is not helpful for scheduling';
  return {
    refusal: `${available}: ${explained(reasons)}. preemption: ${available}: ${nodes.length} ${preemption}.`,
  };
}

/** Changes after which a pod that found no place may find one. */
function makesRoom(change: StoreChange): boolean {
  if (sameResource(change.resource, podType))
    return change.type === 'deleted' || (change.type === 'modified' && isFinished(change.object));
  if (sameResource(change.resource, claimType) || sameResource(change.resource, storageClassType))
    return change.type !== 'deleted';
  return sameResource(change.resource, nodeType) && change.type !== 'deleted';
}

/**
 * Binds pods to nodes that fit, and says of the others why none does. Preferences among nodes are not weighed.
 * @returns the way to stop
 */
export function startScheduler(store: ObjectStore, clock: Clock): () => void {
  const record = createEventRecorder(store, clock);
  const schedule = (pod: KubeObject): void => {
    const key = keyOf(podType, pod);
    const outcome = place(store, pod);
    if ('node' in outcome) {
      const bound = store.update(key, (before) => boundTo(before, outcome.node, clock.now()));
      record(bound, {
        type: 'Normal',
        reason: 'Scheduled',
        component,
        message: `Successfully assigned ${key.namespace}/${key.name} to ${outcome.node}`,
      });
      return;
    }
    const waiting = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: outcome.refusal,
    } as const;
    const marked = store.update(key, (before) => withCondition(before, waiting, clock.now()));
    if (marked !== pod)
      record(marked, {
        type: 'Warning',
        reason: 'FailedScheduling',
        component,
        message: outcome.refusal,
      });
  };

  const waitingPods = new Set<string>();
  const retryAll = (): void => {
    for (const pod of waitingPods.size === 0 ? [] : store.list(podType)) {
      if (waitingPods.has(pod.metadata.uid ?? '') && waits(pod)) schedule(pod);
    }
  };
  return store.subscribe((change) => {
    const isPod = sameResource(change.resource, podType);
    const uid = change.object.metadata.uid ?? '';
    if (isPod && (change.type === 'deleted' || !waits(change.object))) waitingPods.delete(uid);
    else if (isPod) waitingPods.add(uid);
    if (isPod && change.type === 'added' && waits(change.object)) {
      // An earlier listener may have changed or removed it since.
      const current = store.get(keyOf(podType, change.object));
      if (current !== undefined && waits(current)) schedule(current);
    } else if (makesRoom(change)) retryAll();
  });
}
