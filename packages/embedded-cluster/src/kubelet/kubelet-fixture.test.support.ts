import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, KubeObject, Logger } from '@millrace/core';
import type { ContainerRuntime } from '../contracts.ts';
import { eventType, podType } from '../store/resource-types.ts';
import { createClusterNames } from '../store/cluster-names.ts';
import { createStore, type ObjectStore } from '../store/store.ts';
import type { Container, PodSpec, PodStatus } from './pod-types.ts';
import { startKubelet, type Kubelet } from './start-kubelet.ts';

/** What tests read of a pod's status. */
export interface SeenStatus extends PodStatus {
  readonly containerStatuses?: readonly SeenContainer[];
  readonly initContainerStatuses?: readonly SeenContainer[];
}

export interface SeenContainer {
  readonly name: string;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: {
      readonly reason: string;
      readonly exitCode: number;
      readonly message?: string;
    };
  };
  readonly lastState: {
    readonly terminated?: { readonly reason: string; readonly exitCode: number };
  };
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/** A kubelet on a store of its own, in a temporary folder. */
export interface KubeletFixture {
  readonly store: ObjectStore;
  readonly kubelet: Kubelet;
  readonly folder: string;
  readonly create: (
    spec: Omit<Partial<PodSpec>, 'containers'> & {
      readonly containers: readonly Partial<Container>[];
    },
    name?: string,
  ) => KubeObject;
  readonly pod: (name?: string) => KubeObject | undefined;
  readonly status: (name?: string) => SeenStatus;
  readonly container: (container: string, name?: string) => SeenContainer;
  /** Marks a pod as deleted, as the API server does. */
  readonly remove: (grace?: number, name?: string) => void;
  /** Resolves when the pod's state satisfies the condition; fails after ten seconds. */
  readonly until: (what: string, condition: () => boolean) => Promise<void>;
  /** `type reason message` of all events, in the order of their first appearance. */
  readonly events: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kubelet-'));
  chmodSync(folder, 0o755);
  return folder;
};

export async function startFixture(
  clock: Clock,
  makeRuntime: (folder: string) => ContainerRuntime | Promise<ContainerRuntime>,
): Promise<KubeletFixture> {
  const folder = temporaryFolder();
  const store = createStore({ clock });
  const runtime = await makeRuntime(folder);
  const kubelet = startKubelet({
    store,
    runtime,
    clock,
    logger: silentLogger,
    dataDirectory: folder,
    nodeName: 'node',
    issueToken: () => ({ token: 'token' }),
    names: createClusterNames(store),
  });
  const key = (
    name = 'pod',
  ): { readonly type: typeof podType; readonly namespace: string; readonly name: string } => ({
    type: podType,
    namespace: 'default',
    name,
  });
  const status = (name?: string): SeenStatus =>
    (store.get(key(name))?.['status'] ?? {}) as SeenStatus;
  return {
    store,
    kubelet,
    folder,
    status,
    create: (spec, name = 'pod') =>
      store.create(podType, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: {
          nodeName: 'node',
          restartPolicy: 'Never',
          ...spec,
          containers: spec.containers.map((container) => ({
            name: 'main',
            image: 'busybox',
            ...container,
          })),
        },
      } as unknown as KubeObject),
    pod: (name) => store.get(key(name)),
    container: (container, name) => {
      const { containerStatuses = [], initContainerStatuses = [] } = status(name);
      const found = [...initContainerStatuses, ...containerStatuses].find(
        (candidate) => candidate.name === container,
      );
      if (found === undefined) throw new Error(`no status of container ${container}`);
      return found;
    },
    remove: (grace = 30, name) =>
      void store.update(key(name), (object) => ({
        ...object,
        metadata: {
          ...object.metadata,
          deletionTimestamp: new Date(clock.now() + grace * 1000).toISOString(),
          deletionGracePeriodSeconds: grace,
        },
      })),
    until: (what, condition) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          unsubscribe();
          reject(new Error(`not reached: ${what}; ${JSON.stringify(status(), undefined, 1)}`));
        }, 10_000);
        const check = (): void => {
          if (!condition()) return;
          clearTimeout(limit);
          unsubscribe();
          resolve();
        };
        const unsubscribe = store.subscribe(check);
        check();
      }),
    events: () =>
      store
        .list(eventType)
        .toSorted(
          (left, right) =>
            Number(left.metadata.resourceVersion) - Number(right.metadata.resourceVersion),
        )
        .map((event) =>
          [event['type'], event['reason'], event['message']]
            .filter((text) => typeof text === 'string')
            .join(' '),
        ),
    stop: async () => {
      await kubelet.stop();
      await runtime.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
