import type { KubeObject } from '@millrace/core';
import { records, text, texts } from './json.ts';
import { keyOf } from './object-meta.ts';
import { claimType, podType, sameResource } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

const finalizer = 'kubernetes.io/pvc-protection';

/**
 * Keeps a claim that is deleted as long as a pod uses it.
 * @returns the way to stop
 */
export function startClaimProtection(store: ObjectStore): () => void {
  const release = (claim: KubeObject): void => {
    const held = texts(claim.metadata, 'finalizers');
    const key = keyOf(claimType, claim);
    if (claim.metadata.deletionTimestamp === undefined || !held.includes(finalizer)) return;
    if (store.list(podType, key.namespace).some((pod) => uses(pod, key.name))) return;
    store.update(key, (before) =>
      withFinalizers(
        before,
        held.filter((item) => item !== finalizer),
      ),
    );
  };
  return store.subscribe(({ type, resource, object }) => {
    if (sameResource(resource, podType)) {
      for (const claim of store.list(claimType, object.metadata.namespace)) release(claim);
      return;
    }
    const claim = sameResource(resource, claimType)
      ? store.get(keyOf(claimType, object))
      : undefined;
    if (claim === undefined || type === 'deleted') return;
    const held = texts(claim.metadata, 'finalizers');
    if (claim.metadata.deletionTimestamp !== undefined) release(claim);
    else if (type === 'added' && !held.includes(finalizer))
      store.update(keyOf(claimType, claim), (before) =>
        withFinalizers(before, [...held, finalizer]),
      );
  });
}

/** A pod that is over, or that no node has taken, uses nothing. */
const uses = (pod: KubeObject, claim: string): boolean =>
  text(pod, 'spec', 'nodeName') !== '' &&
  !['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase')) &&
  records(pod, 'spec', 'volumes').some(
    (volume) => text(volume, 'persistentVolumeClaim', 'claimName') === claim,
  );

function withFinalizers(object: KubeObject, finalizers: readonly string[]): KubeObject {
  const { finalizers: _before, ...metadata } = object.metadata;
  return { ...object, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } };
}
