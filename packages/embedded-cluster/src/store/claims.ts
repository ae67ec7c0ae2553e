import type { Store } from '../contracts.ts';
import { record, records, text } from './json.ts';
import { claimType, podType, sameResource, storageClassType } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

const provisioner = 'millrace.dev/local';

function bind(store: Store, namespace: string, name: string): void {
  const key = { type: claimType, namespace, name };
  if (store.get(key) === undefined) return;
  store.update(key, (claim) =>
    text(claim, 'status', 'phase') === 'Bound'
      ? claim
      : {
          ...claim,
          spec: { ...record(claim, 'spec'), volumeName: `pvc-${claim.metadata.uid ?? ''}` },
          status: {
            phase: 'Bound',
            accessModes: record(claim, 'spec')['accessModes'] ?? [],
            capacity: record(claim, 'spec', 'resources', 'requests'),
          },
        },
  );
}

/**
 * Provides the default storage class, whose claims are bound when the first pod that uses them has a node. There is no
 * PersistentVolume object behind a claim: the kubelet keeps a directory for it.
 * @returns the way to stop
 */
export function startClaims(store: ObjectStore): () => void {
  const name = 'standard';
  store.create(storageClassType, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: false,
  });
  return store.subscribe((change) => {
    if (
      !sameResource(change.resource, podType) ||
      change.type === 'deleted' ||
      text(change.object, 'spec', 'nodeName') === ''
    )
      return;
    for (const volume of records(change.object, 'spec', 'volumes')) {
      const claim = text(volume, 'persistentVolumeClaim', 'claimName');
      if (claim !== '') bind(store, change.object.metadata.namespace ?? '', claim);
    }
  });
}
