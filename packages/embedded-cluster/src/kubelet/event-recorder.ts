import type { Clock, KubeObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { eventName } from '../store/event-name.ts';
import { eventType } from '../store/resource-types.ts';
import { apiTime, type Pod } from './pod-types.ts';

/** Tells the story of one pod as events. */
export interface PodEvents {
  /** @param container - puts `spec.containers{name}` in `involvedObject.fieldPath`; that, not the message, names it */
  readonly say: (
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: string,
  ) => void;
}

/** Where a container stands in its pod. */
const fieldPath = (pod: Pod, container: string): string =>
  (pod.spec.initContainers ?? []).some(({ name }) => name === container)
    ? `spec.initContainers{${container}}`
    : `spec.containers{${container}}`;

/** Equal events become one with a count, as the kubelet's do. */
export function createPodEvents(store: Store, clock: Clock, nodeName: string, pod: Pod): PodEvents {
  const series = new Map<string, string>();
  const { name, namespace, uid } = pod.metadata;
  const create = (
    type: string,
    reason: string,
    message: string,
    container: string | undefined,
  ): string => {
    const now = apiTime(clock.now());
    const made = eventName(name, clock.now());
    store.create(eventType, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: made, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name,
        namespace,
        uid,
        ...(container === undefined ? {} : { fieldPath: fieldPath(pod, container) }),
      },
      type,
      reason,
      message,
      source: { component: 'kubelet', host: nodeName },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      eventTime: null,
      reportingComponent: 'kubelet',
      reportingInstance: nodeName,
    });
    return made;
  };
  const repeat = (earlier: string): boolean => {
    const key = { type: eventType, namespace, name: earlier };
    if (store.get(key) === undefined) return false;
    store.update(key, (event: KubeObject) => ({
      ...event,
      count: Number(event['count']) + 1,
      lastTimestamp: apiTime(clock.now()),
    }));
    return true;
  };
  return {
    say: (type, reason, message, container) => {
      const key = JSON.stringify([type, reason, message, container]);
      const earlier = series.get(key);
      if (earlier === undefined || !repeat(earlier))
        series.set(key, create(type, reason, message, container));
    },
  };
}
