import type { KubeObject, WatchChange } from '@millrace/core';

/** The last known state of a selection, and what an answer of the API changes in it. */
export interface KnownObjects {
  readonly all: () => Iterable<KubeObject>;
  /** One event of a watch. Empty when it says nothing new, as after a resume. */
  readonly apply: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => WatchChange[];
  /** A full list: what is missing was deleted, unseen. */
  readonly replace: (objects: readonly KubeObject[]) => WatchChange[];
}

/** Keeps one object per namespace and name, without `managedFields`: nobody reads them and they are a third of a pod. */
export function createKnownObjects(): KnownObjects {
  const known = new Map<string, KubeObject>();

  const put = (object: KubeObject): WatchChange[] => {
    const key = keyOf(object);
    const before = known.get(key);
    if (before !== undefined && isSame(before, object)) return [];
    const slim = withoutManagedFields(object);
    known.set(key, slim);
    if (before === undefined) return [{ type: 'added', object: slim }];
    if (before.metadata.uid === object.metadata.uid) return [{ type: 'modified', object: slim }];
    // Deleted and made again under the same name while nobody watched.
    return [
      { type: 'deleted', object: before },
      { type: 'added', object: slim },
    ];
  };
  const remove = (object: KubeObject): WatchChange[] =>
    known.delete(keyOf(object)) ? [{ type: 'deleted', object: withoutManagedFields(object) }] : [];

  return {
    all: () => known.values(),
    apply: (type, object) => (type === 'DELETED' ? remove(object) : put(object)),
    replace: (objects) => {
      const listed = new Set(objects.map(keyOf));
      const gone = [...known.values()].filter((object) => !listed.has(keyOf(object)));
      return [...gone.flatMap(remove), ...objects.flatMap(put)];
    },
  };
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function isSame(one: KubeObject, other: KubeObject): boolean {
  const { uid, resourceVersion } = one.metadata;
  return (
    uid === other.metadata.uid &&
    resourceVersion !== undefined &&
    resourceVersion === other.metadata.resourceVersion
  );
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (!('managedFields' in object.metadata)) return object;
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}
