import { systemRandom } from '@millrace/async';
import type { JsonObject, KubeApi, KubeObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';

const { signal } = new AbortController();
const { pods, persistentvolumeclaims } = resourceTypes;

interface Watched {
  readonly status?: {
    readonly containerStatuses?: readonly { readonly state?: { readonly terminated?: object } }[];
  };
}

/** What a bare pod is made of. */
export interface BarePod {
  readonly namespace: string;
  /** Images of its containers, which end at once. */
  readonly images: readonly string[];
  /** A claim that is mounted in all of them. */
  readonly claim?: string;
}

/**
 * The floor: creates a pod of containers that end at once, waits until a shared watch shows their ends, deletes it. Nothing
 * that runs a job in a pod can do less and know the exit codes.
 */
export async function runBarePod(api: KubeApi, pod: BarePod): Promise<void> {
  const { namespace, images } = pod;
  const name = `bare-${systemRandom().name(8)}`;
  const subscription = api.watch({ type: pods, namespace });
  try {
    await api.create(pods, manifestOf(name, pod), { signal });
    for await (const { object } of subscription.changes)
      if (object.metadata.name === name && hasEnded(object, images.length)) break;
    await api.delete({ type: pods, namespace, name }, {}, { signal });
  } finally {
    subscription.dispose();
  }
}

/** Runs an action with a new claim that is deleted after it. */
export async function withClaim(
  api: KubeApi,
  namespace: string,
  action: (claim: string) => Promise<void>,
): Promise<void> {
  const name = `bare-${systemRandom().name(8)}`;
  const spec: JsonObject = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '10Mi' } },
  };
  const manifest = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec,
  };
  await api.create(persistentvolumeclaims, manifest, { signal });
  await action(name);
  await api.delete({ type: persistentvolumeclaims, namespace, name }, {}, { signal });
}

const hasEnded = (pod: KubeObject, containers: number): boolean => {
  const statuses = (pod as Watched).status?.containerStatuses ?? [];
  return (
    statuses.length === containers && statuses.every(({ state }) => state?.terminated !== undefined)
  );
};

const manifestOf = (name: string, { namespace, images, claim }: BarePod): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    containers: images.map((image, index) => ({
      name: `part-${index}`,
      image,
      imagePullPolicy: 'IfNotPresent',
      command: ['true'],
      ...(claim === undefined
        ? {}
        : { volumeMounts: [{ name: 'claim', mountPath: '/woodpecker' }] }),
    })),
    ...(claim === undefined
      ? {}
      : { volumes: [{ name: 'claim', persistentVolumeClaim: { claimName: claim } }] }),
  },
});
