import type { Clock, KubeObject, ResourceType } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { deleteObject } from './deletion.ts';
import {
  configMapType,
  namespaceType,
  sameResource,
  serviceAccountType,
  servedResources,
} from './resource-types.ts';
import { keyOf } from './object-meta.ts';

const namespacedTypes = servedResources.filter((type) => type.namespaced && type.stored);
const initialNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What the namespace controllers need. */
export interface NamespaceOptions {
  readonly clock: Clock;
  /** PEM certificate for `kube-root-ca.crt`; empty when the server has no TLS. */
  readonly rootCertificate?: string;
}

/**
 * Gives every namespace its `default` service account and `kube-root-ca.crt`, empties namespaces that are being
 * deleted, and creates the ones every cluster starts with.
 * @returns the way to stop
 */
export function startNamespaces(store: Store, options: NamespaceOptions): () => void {
  const ensure = (type: ResourceType, object: KubeObject): void => {
    if (store.get(keyOf(type, object)) === undefined) store.create(type, object);
  };
  const furnish = (namespace: string): void => {
    ensure(serviceAccountType, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name: 'default' },
    });
    ensure(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'kube-root-ca.crt' },
      data: { 'ca.crt': options.rootCertificate ?? '' },
    });
  };

  const empty = (namespace: string): void => {
    let left = 0;
    for (const type of namespacedTypes) {
      for (const object of store.list(type, namespace)) {
        if (object.metadata.deletionTimestamp === undefined)
          deleteObject(store, options.clock, keyOf(type, object), {
            propagationPolicy: 'Background',
          });
      }
      left += store.list(type, namespace).length;
    }
    const key = { type: namespaceType, namespace: '', name: namespace };
    if (left === 0 && store.get(key) !== undefined) store.remove(key);
  };

  const stop = store.subscribe((change) => {
    if (sameResource(change.resource, namespaceType)) {
      const name = change.object.metadata.name ?? '';
      if (change.type === 'added') furnish(name);
      if (change.type === 'modified' && change.object.metadata.deletionTimestamp !== undefined)
        empty(name);
      return;
    }
    const namespace = change.object.metadata.namespace ?? '';
    if (change.type !== 'deleted' || namespace === '') return;
    const owner = store.get({ type: namespaceType, namespace: '', name: namespace });
    if (owner === undefined) return;
    if (owner.metadata.deletionTimestamp !== undefined) empty(namespace);
    else furnish(namespace);
  });

  for (const name of initialNamespaces) {
    store.create(namespaceType, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
  return stop;
}
