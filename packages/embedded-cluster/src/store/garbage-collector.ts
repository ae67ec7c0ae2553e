import type { Clock, JsonObject, JsonValue, KubeObject } from '@millrace/core';
import type { StoreKey } from '../contracts.ts';
import { collectorFinalizers, deleteObject } from './deletion.ts';
import { records, sameJson, text, texts } from './json.ts';
import { findKind } from './resource-types.ts';
import { keyOf } from './object-meta.ts';
import type { ObjectStore } from './store.ts';

const owners = (object: KubeObject): readonly JsonObject[] =>
  records(object.metadata, 'ownerReferences');
const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  texts(object.metadata, 'finalizers').includes(finalizer);
/** Lists in which nothing is left are gone from an object, as Go leaves them out. */
const withList = (
  object: KubeObject,
  field: 'finalizers' | 'ownerReferences',
  list: readonly JsonValue[],
): KubeObject => {
  const { [field]: _before, ...rest } = object.metadata;
  return { ...object, metadata: list.length === 0 ? rest : { ...rest, [field]: list } };
};
const without = (object: KubeObject, finalizer: string): KubeObject =>
  withList(
    object,
    'finalizers',
    texts(object.metadata, 'finalizers').filter((item) => item !== finalizer),
  );

/**
 * Follows `ownerReferences`: dependents of what is gone go too (background), go first (foreground) or lose the
 * reference (orphan). Objects whose owner never existed are removed, as the real collector does.
 * @returns the way to stop
 */
export function startGarbageCollector(store: ObjectStore, clock: Clock): () => void {
  const dependents = new Map<string, Map<string, StoreKey>>();

  const index = (
    key: StoreKey,
    object: KubeObject | undefined,
    previous: KubeObject | undefined,
  ): void => {
    const address = `${key.type.group}/${key.type.plural}/${key.namespace}/${key.name}`;
    for (const owner of previous === undefined ? [] : owners(previous)) {
      const held = dependents.get(text(owner, 'uid'));
      held?.delete(address);
      if (held?.size === 0) dependents.delete(text(owner, 'uid'));
    }
    for (const owner of object === undefined ? [] : owners(object)) {
      const held = dependents.get(text(owner, 'uid')) ?? new Map<string, StoreKey>();
      dependents.set(text(owner, 'uid'), held.set(address, key));
    }
  };
  const dependentsOf = (owner: KubeObject): readonly StoreKey[] => [
    ...(dependents.get(owner.metadata.uid ?? '')?.values() ?? []),
  ];

  /** The object that a reference means, not just a namesake of it. */
  const ownerOf = (owner: JsonObject, namespace: string): KubeObject | undefined => {
    const type = findKind(text(owner, 'apiVersion'), text(owner, 'kind'));
    if (type === undefined) return undefined;
    const found = store.get({
      type,
      namespace: type.namespaced ? namespace : '',
      name: text(owner, 'name'),
    });
    return found?.metadata.uid === text(owner, 'uid') ? found : undefined;
  };
  const isGone = (owner: JsonObject, namespace: string): boolean =>
    findKind(text(owner, 'apiVersion'), text(owner, 'kind')) !== undefined &&
    ownerOf(owner, namespace) === undefined;

  /** Removes the references to owners that are gone; without any owner left, removes the object. */
  const collect = (key: StoreKey): void => {
    const object = store.get(key);
    if (object === undefined || owners(object).length === 0) return;
    const left = owners(object).filter((owner) => !isGone(owner, key.namespace));
    if (left.length === owners(object).length) return;
    if (left.length === 0) {
      if (object.metadata.deletionTimestamp === undefined)
        deleteObject(store, clock, key, { propagationPolicy: 'Background' });
    } else {
      store.update(key, (before) => withList(before, 'ownerReferences', left));
    }
  };

  /** Removes a dependent of an object that goes in the foreground, unless another owner still wants it. */
  const collectForeground = (dependent: StoreKey): void => {
    const object = store.get(dependent);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
    const wanting = owners(object).filter((owner) => {
      const found = ownerOf(owner, dependent.namespace);
      return found !== undefined && !hasFinalizer(found, collectorFinalizers.Foreground);
    });
    if (wanting.length > 0)
      store.update(dependent, (before) => withList(before, 'ownerReferences', wanting));
    else
      deleteObject(store, clock, dependent, {
        propagationPolicy: dependentsOf(object).length === 0 ? 'Background' : 'Foreground',
      });
  };
  const blocks = (dependent: StoreKey, owner: KubeObject): boolean => {
    const object = store.get(dependent);
    return (
      object !== undefined &&
      owners(object).some(
        (reference) =>
          reference['uid'] === owner.metadata.uid && reference['blockOwnerDeletion'] === true,
      )
    );
  };
  const finishForeground = (key: StoreKey, object: KubeObject): void => {
    for (const dependent of dependentsOf(object)) collectForeground(dependent);
    if (store.get(key) === undefined) return;
    if (!dependentsOf(object).some((dependent) => blocks(dependent, object)))
      store.update(key, (before) => without(before, collectorFinalizers.Foreground));
  };

  const finishOrphan = (key: StoreKey, object: KubeObject): void => {
    for (const dependent of dependentsOf(object)) {
      store.update(dependent, (before) =>
        withList(
          before,
          'ownerReferences',
          owners(before).filter((owner) => owner['uid'] !== object.metadata.uid),
        ),
      );
    }
    store.update(key, (before) => without(before, collectorFinalizers.Orphan));
  };

  /** Owners in foreground deletion wait for this dependent. */
  const notifyOwners = (object: KubeObject): void => {
    for (const owner of owners(object)) {
      const type = findKind(text(owner, 'apiVersion'), text(owner, 'kind'));
      if (type === undefined) continue;
      const key = {
        type,
        namespace: type.namespaced ? (object.metadata.namespace ?? '') : '',
        name: text(owner, 'name'),
      };
      const found = store.get(key);
      if (
        found?.metadata.uid === owner['uid'] &&
        found !== undefined &&
        hasFinalizer(found, collectorFinalizers.Foreground)
      )
        finishForeground(key, found);
    }
  };

  return store.subscribe((change) => {
    const key = keyOf(change.resource, change.object);
    index(key, change.type === 'deleted' ? undefined : change.object, change.previous);
    if (change.type === 'deleted') {
      for (const dependent of dependentsOf(change.object)) collect(dependent);
      notifyOwners(change.object);
      return;
    }
    collect(key);
    if (change.previous !== undefined && !sameJson(owners(change.previous), owners(change.object)))
      notifyOwners(change.previous);
    if (change.object.metadata.deletionTimestamp === undefined || store.get(key) === undefined)
      return;
    if (hasFinalizer(change.object, collectorFinalizers.Foreground))
      finishForeground(key, change.object);
    if (hasFinalizer(change.object, collectorFinalizers.Orphan)) finishOrphan(key, change.object);
  });
}
