import type { Clock, KubeObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { podType } from '../store/resource-types.ts';
import { newRecord, podStatus, type ContainerRecord, type PodFacts } from './pod-status.ts';
import { apiTime, asPod, type Pod } from './pod-types.ts';

/** Keeps what is known of a pod and writes every change of it to the store at once. */
export interface StatusBook {
  readonly record: (container: string) => ContainerRecord;
  readonly change: (container: string, change: Partial<ContainerRecord>) => void;
  readonly facts: () => PodFacts;
  readonly changeFacts: (change: Partial<PodFacts>) => void;
  /** Looks again at what others have written of the pod. */
  readonly refresh: () => void;
  /** Writes no more: the pod is gone, or the node is. */
  readonly close: () => void;
}

/** Starts a book for a pod; what its stored status says of containers is not read. */
export function createStatusBook(store: Store, clock: Clock, pod: Pod, hostIP: string): StatusBook {
  const records = new Map<string, ContainerRecord>();
  let open = true;
  let facts: PodFacts = {
    startTime: apiTime(clock.now()),
    sandboxReady: false,
    initialized: (pod.spec.initContainers ?? []).length === 0,
    terminal: false,
    failure: undefined,
    hostIP,
  };
  for (const { name } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers])
    records.set(name, newRecord(pod));
  const key = { type: podType, namespace: pod.metadata.namespace, name: pod.metadata.name };
  const write = (object: KubeObject): KubeObject => {
    const status = podStatus(asPod(object), records, facts, apiTime(clock.now()));
    return { ...object, status: { ...(object['status'] as object | undefined), ...status } };
  };
  const publish = (): void => {
    if (!open || store.get(key)?.metadata.uid !== pod.metadata.uid) return;
    store.update(key, write);
  };
  publish();
  const record = (container: string): ContainerRecord => records.get(container) ?? newRecord(pod);
  return {
    record,
    change: (container, change) => {
      records.set(container, { ...record(container), ...change });
      publish();
    },
    facts: () => facts,
    changeFacts: (change) => {
      facts = { ...facts, ...change };
      publish();
    },
    refresh: publish,
    close: () => (open = false),
  };
}
