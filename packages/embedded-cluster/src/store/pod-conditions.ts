import type { JsonObject, KubeObject } from '@millrace/core';
import { count, record, records, text } from './json.ts';
import { timestamp } from './object-meta.ts';

/** One condition of a pod, without its times. */
export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** The pod with a condition set; the transition time moves only when the status does. */
export function withCondition(pod: KubeObject, condition: PodCondition, now: number): KubeObject {
  const conditions = records(pod, 'status', 'conditions');
  const before = conditions.find((item) => text(item, 'type') === condition.type);
  const lastTransitionTime =
    before?.['status'] === condition.status
      ? (before['lastTransitionTime'] ?? timestamp(now))
      : timestamp(now);
  const made: JsonObject = {
    ...condition,
    observedGeneration: count(pod.metadata, 'generation') ?? 1,
    lastProbeTime: null,
    lastTransitionTime,
  };
  const others = conditions.map((item) => (item === before ? made : item));
  return {
    ...pod,
    status: {
      ...record(pod, 'status'),
      conditions: before === undefined ? [...conditions, made] : others,
    },
  };
}

/** The pod, placed on a node. */
export function boundTo(pod: KubeObject, node: string, now: number): KubeObject {
  return withCondition(
    { ...pod, spec: { ...record(pod, 'spec'), nodeName: node } },
    { type: 'PodScheduled', status: 'True' },
    now,
  );
}
