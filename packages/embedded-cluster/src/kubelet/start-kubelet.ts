import { join } from 'node:path';
import type { Clock, KubeObject, Logger } from '@millrace/core';
import type {
  ClusterNames,
  ContainerRuntime,
  NodeApi,
  Store,
  StoreChange,
  StoreKey,
} from '../contracts.ts';
import { removeTree } from '../runtime/remove-tree.ts';
import { claimType, podType, sameResource } from '../store/resource-types.ts';
import { createNodeApi } from './node-api.ts';
import type { KubeletParts } from './pod-context.ts';
import { startPod, type PodWorker } from './pod-worker.ts';
import { asPod, type Pod } from './pod-types.ts';
import { claimFolder } from './volumes/claims.ts';
import type { IssueToken } from './volumes/data-files.ts';

/** What a kubelet works with. */
export interface KubeletOptions {
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Private folder for volumes, logs and claims. */
  readonly dataDirectory: string;
  readonly nodeName: string;
  /** Tokens for projected service account volumes. */
  readonly issueToken: IssueToken;
  /** More names for `/etc/hosts` of a pod's containers. */
  readonly names?: ClusterNames;
  /** Resource amounts of the node, read for limits that a container does not set: `{ cpu: '2', memory: '4Gi' }`. */
  readonly allocatable?: Readonly<Record<string, string>>;
}

/** A pod by name. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** A running kubelet, with the faults that tests cause. */
export interface Kubelet {
  readonly node: NodeApi;
  /** Kills a running container by SIGKILL; with `outOfMemory` its end is reported as `OOMKilled`. False when it does not run. */
  readonly killContainer: (
    pod: PodName,
    container: string,
    options?: { readonly outOfMemory?: boolean },
  ) => boolean;
  /** Ends a pod at once as a node under pressure does: phase `Failed`, reason `Evicted`. False when there is no such pod. */
  readonly evict: (pod: PodName, message: string) => boolean;
  /** The node loses power: containers end, nothing is reported any more, pods turn not ready as the node controller does. */
  readonly loseNode: () => Promise<void>;
  /** Ends all containers and removes what pods left on this machine. Claims go with the data directory. */
  readonly stop: () => Promise<void>;
}

const address = '127.0.0.1';

/** Runs the pods that are bound to a node. */
export function startKubelet(options: KubeletOptions): Kubelet {
  const { store, logger, dataDirectory, nodeName } = options;
  const workers = new Map<string, PodWorker>();
  /** Pods that are done with here but still stored, because somebody else's finalizer holds them. */
  const finished = new Set<string>();
  const starting = new Set<string>();
  const warned = new Set<string>();
  let running = true;
  const parts: KubeletParts = {
    store,
    logger,
    dataDirectory,
    runtime: options.runtime,
    clock: options.clock,
    node: { nodeName, ip: address, allocatable: options.allocatable ?? {} },
    issueToken: options.issueToken,
    hosts: (pod) => options.names?.seenBy(pod as unknown as KubeObject) ?? [],
    warnOnce: (message) => {
      if (!warned.has(message)) logger.warn(message);
      warned.add(message);
    },
  };
  const take = (object: KubeObject): void => {
    const pod = asPod(object);
    if (starting.has(pod.metadata.uid)) return;
    const known = workers.get(pod.metadata.uid);
    if (known !== undefined) known.update(pod);
    else if (pod.spec.nodeName === nodeName && !finished.has(pod.metadata.uid)) takeNew(pod);
  };
  /** A pod that was over before this kubelet saw it has nothing to run; it only waits for its removal. */
  const takeNew = (pod: Pod): void => {
    if (!isOver(pod)) adopt(pod);
    else if (pod.metadata.deletionTimestamp !== undefined && !hasFinalizers(pod))
      store.remove(keyOfPod(pod));
  };
  const adopt = (pod: Pod): void => {
    // Its first status is written, and comes back here, before there is a worker to find.
    starting.add(pod.metadata.uid);
    const worker = startPod(parts, pod);
    workers.set(pod.metadata.uid, worker);
    starting.delete(pod.metadata.uid);
    void worker.gone.then(() => {
      workers.delete(pod.metadata.uid);
      if (store.get(keyOfPod(pod))?.metadata.uid === pod.metadata.uid)
        finished.add(pod.metadata.uid);
    });
  };
  const changed = ({ type, resource, object }: StoreChange): void => {
    if (sameResource(resource, podType)) {
      const uid = object.metadata.uid ?? '';
      if (type !== 'deleted') take(object);
      else if (!finished.delete(uid)) workers.get(uid)?.removed();
    } else if (type === 'deleted' && sameResource(resource, claimType)) {
      void removeTree(claimFolder(dataDirectory, object)).catch((error: unknown) =>
        logger.warn('claim folder not removed', { error }),
      );
    }
  };
  const unsubscribe = store.subscribe(changed);
  const forgetNames = options.names?.onChange(() => {
    for (const worker of workers.values()) worker.refreshHosts();
  });
  for (const pod of store.list(podType)) take(pod);

  const stored = ({ namespace, name }: PodName): PodWorker | undefined =>
    workers.get(store.get({ type: podType, namespace, name })?.metadata.uid ?? '');
  const halt = async (): Promise<void> => {
    running = false;
    unsubscribe();
    forgetNames?.();
    const ending = [...workers.values()];
    for (const worker of ending) worker.abandon();
    await Promise.all(ending.map((worker) => worker.gone));
  };
  return {
    node: createNodeApi(
      (pod) => workers.get(pod.metadata.uid ?? ''),
      () => !running,
    ),
    killContainer: (pod, container, how) => {
      const live = stored(pod)?.run(container)?.live();
      live?.kill(how?.outOfMemory === true);
      return live !== undefined;
    },
    evict: (pod, message) => {
      const worker = stored(pod);
      worker?.fail('Evicted', message);
      return worker !== undefined;
    },
    loseNode: async () => {
      const pods = [...workers.values()].map((worker) => worker.context.pod());
      await halt();
      for (const pod of pods) markNotReady(store, pod);
    },
    stop: async () => {
      await halt();
      await removeTree(join(dataDirectory, 'pods'));
    },
  };
}

const keyOfPod = ({ metadata }: Pod): StoreKey => ({
  type: podType,
  namespace: metadata.namespace,
  name: metadata.name,
});

const hasFinalizers = ({ metadata }: Pod): boolean =>
  Array.isArray(metadata['finalizers']) && metadata['finalizers'].length > 0;

const isOver = (pod: Pod): boolean =>
  pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** What the node controller does with the pods of a node that stopped reporting. */
function markNotReady(store: Store, pod: Pod): void {
  const key = keyOfPod(pod);
  if (store.get(key)?.metadata.uid !== pod.metadata.uid) return;
  store.update(key, (object) => {
    const conditions = (asPod(object).status?.conditions ?? []).map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
    );
    return {
      ...object,
      status: { ...(object['status'] as object | undefined), conditions },
    } as KubeObject;
  });
}
