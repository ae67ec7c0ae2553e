import type {
  JsonObject,
  KubeApi,
  KubeObject,
  ListSelection,
  ResourceType,
  WatchChange,
  WatchSubscription,
} from '@millrace/core';
import { deferred, type Deferred } from '@millrace/async';
import { resourceTypes } from '@millrace/kube-objects';
import { rawRequest, type ClusterHandle, type RawResponse } from '@millrace/testkit';

const { signal } = new AbortController();

/** Resolves with the first object of a selection that matches, now or later. */
export async function sighting(
  cluster: ClusterHandle,
  selection: ListSelection,
  match: (object: KubeObject, deleted: boolean) => boolean,
): Promise<KubeObject> {
  const { changes, dispose } = cluster.api.watch(selection);
  try {
    for await (const { type, object } of changes)
      if (match(object, type === 'deleted')) return object;
  } finally {
    dispose();
  }
  throw new Error(`the watch of ${selection.type.plural} ended`);
}

/** Sends a request as the administrator. */
export const asAdministrator = (
  { server, certificateAuthority, adminToken }: ClusterHandle,
  method: string,
  path: string,
  body?: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse> =>
  rawRequest(
    { server, certificateAuthority, token: adminToken },
    { method, path, headers, ...(body === undefined ? {} : { body }) },
    { signal },
  );

/** Asks for a pod to be evicted; gives the answer's status. */
export async function askToEvict(
  cluster: ClusterHandle,
  { namespace, podName: name }: { readonly namespace: string; readonly podName: string },
  gracePeriodSeconds?: number,
): Promise<RawResponse> {
  return asAdministrator(cluster, 'POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    ...(gracePeriodSeconds === undefined ? {} : { deleteOptions: { gracePeriodSeconds } }),
  });
}

/** A type that tests use and the product does not. */
export const foreignType = (group: string, kind: string, plural: string): ResourceType => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced: true,
});

/** A change of a pod that the executor under test has taken in. */
export interface TakenChange {
  readonly wrap: (api: KubeApi) => KubeApi;
  /** Resolves when the executor asks for the change after the one that matches: it then knows that one. */
  readonly seen: Promise<void>;
}

/** Waits for a pod to change, as the executor sees it and not earlier. */
export function afterChange(match: (pod: KubeObject) => boolean): TakenChange {
  const seen: Deferred<void> = deferred();
  async function* told(changes: WatchSubscription['changes']): AsyncGenerator<WatchChange> {
    for await (const change of changes) {
      yield change;
      if (match(change.object)) seen.resolve();
    }
  }
  return {
    seen: seen.promise,
    wrap: (api) => ({
      ...api,
      watch: (selection) => {
        const { changes, dispose } = api.watch(selection);
        return { changes: told(changes), dispose };
      },
    }),
  };
}

/** Merges into the node; a status is written apart. */
export async function changeNode(
  cluster: ClusterHandle,
  change: JsonObject,
  part?: 'status',
): Promise<void> {
  const [node] = await cluster.api.list({ type: resourceTypes.nodes, namespace: '' }, { signal });
  const path = `/api/v1/nodes/${node?.metadata.name ?? ''}${part === undefined ? '' : `/${part}`}`;
  const answer = await asAdministrator(cluster, 'PATCH', path, change, {
    'content-type': 'application/merge-patch+json',
  });
  if (answer.status !== 200) throw new Error(`changing the node: ${answer.text}`);
}
