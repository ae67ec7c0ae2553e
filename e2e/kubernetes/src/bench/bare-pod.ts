import { systemRandom } from '@millrace/async';
import type { KubeApi, KubeObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { ClusterImages } from '@millrace/testkit';

const { signal } = new AbortController();
const { pods } = resourceTypes;

interface Watched {
  readonly status?: {
    readonly containerStatuses?: readonly { readonly state?: { readonly terminated?: object } }[];
  };
}

/**
 * The floor: creates a pod of two containers that end at once, waits until a shared watch shows both ends, deletes it. Nothing
 * that runs a job in a pod can do less and know the exit codes.
 */
export async function runBarePod(
  api: KubeApi,
  namespace: string,
  images: ClusterImages,
): Promise<void> {
  const name = `bare-${systemRandom().name(8)}`;
  const subscription = api.watch({ type: pods, namespace });
  try {
    await api.create(pods, barePod(name, namespace, images), { signal });
    for await (const { object } of subscription.changes)
      if (object.metadata.name === name && hasEnded(object)) break;
    await api.delete({ type: pods, namespace, name }, {}, { signal });
  } finally {
    subscription.dispose();
  }
}

const hasEnded = (pod: KubeObject): boolean => {
  const statuses = (pod as Watched).status?.containerStatuses ?? [];
  return statuses.length === 2 && statuses.every(({ state }) => state?.terminated !== undefined);
};

const barePod = (name: string, namespace: string, images: ClusterImages): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'build', image: images.tools },
      { name: 'helper', image: images.helper },
    ].map((container) => ({
      ...container,
      imagePullPolicy: 'IfNotPresent',
      command: ['true'],
    })),
  },
});
