import type { Clock, KubeObject } from '@millrace/core';
import type { Store, StoreKey } from '../contracts.ts';
import { count, text, texts } from './json.ts';
import { podType, sameResource } from './resource-types.ts';
import { conflict, notFound } from './status.ts';
import { timestamp } from './object-meta.ts';

/** `DeleteOptions` of the API, checked. */
export interface Deletion {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** What became of the object. */
export interface DeletionResult {
  readonly object: KubeObject;
  /** False when finalizers or the kubelet still hold it. */
  readonly removed: boolean;
}

const foregroundFinalizer = 'foregroundDeletion';
const orphanFinalizer = 'orphan';

/** Finalizers by which the garbage collector itself holds an object. */
export const collectorFinalizers: Readonly<Record<'Foreground' | 'Orphan', string>> = {
  Foreground: foregroundFinalizer,
  Orphan: orphanFinalizer,
};

/**
 * Deletes as the API does: at once, or by marking the object and leaving the rest to the kubelet (pods with a grace
 * period) or to those who hold finalizers.
 * @throws ApiStatusError NotFound, or Conflict when a precondition fails
 */
export function deleteObject(
  store: Store,
  clock: Clock,
  key: StoreKey,
  deletion: Deletion,
): DeletionResult {
  const object = store.get(key);
  if (object === undefined) throw notFound(key.type, key.name);
  checkPreconditions(key, object, deletion);
  const grace = sameResource(key.type, podType) ? podGrace(object, deletion) : 0;
  const finalizers = finalizersFor(object, deletion);
  if (grace === 0 && finalizers.length === 0 && !isNamespace(key)) {
    store.remove(key);
    return { object, removed: true };
  }
  const marked = store.update(key, (before) =>
    mark(before, clock.now(), grace, finalizers, isNamespace(key)),
  );
  return { object: marked, removed: false };
}

const isNamespace = (key: StoreKey): boolean => key.type.plural === 'namespaces';

function checkPreconditions(key: StoreKey, object: KubeObject, deletion: Deletion): void {
  const { uid, resourceVersion } = object.metadata;
  if (deletion.uid !== undefined && deletion.uid !== uid) {
    throw conflict(
      key.type,
      key.name,
      `Precondition failed: UID in precondition: ${deletion.uid}, UID in object meta: ${uid ?? ''}`,
    );
  }
  if (deletion.resourceVersion !== undefined && deletion.resourceVersion !== resourceVersion) {
    throw conflict(
      key.type,
      key.name,
      `Precondition failed: ResourceVersion in precondition: ${deletion.resourceVersion}, ResourceVersion in object meta: ${resourceVersion ?? ''}`,
    );
  }
}

/** Seconds a pod is given: none when no kubelet has it or nothing of it runs any more. */
function podGrace(pod: KubeObject, deletion: Deletion): number {
  const phase = text(pod, 'status', 'phase');
  if (text(pod, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked =
    deletion.gracePeriodSeconds ?? count(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30;
  return asked < 0 ? 1 : asked;
}

function finalizersFor(object: KubeObject, deletion: Deletion): readonly string[] {
  const present = texts(object.metadata, 'finalizers').filter(
    (item) => item !== foregroundFinalizer && item !== orphanFinalizer,
  );
  if (deletion.propagationPolicy === 'Foreground') return [...present, foregroundFinalizer];
  if (deletion.propagationPolicy === 'Orphan') return [...present, orphanFinalizer];
  return deletion.propagationPolicy === undefined ? texts(object.metadata, 'finalizers') : present;
}

/** A second deletion may shorten the grace period, never lengthen it. */
function mark(
  object: KubeObject,
  now: number,
  grace: number,
  finalizers: readonly string[],
  namespace: boolean,
): KubeObject {
  const pending = object.metadata.deletionTimestamp !== undefined;
  const before = count(object.metadata, 'deletionGracePeriodSeconds') ?? 0;
  const keepTime = pending && (namespace || grace >= before);
  const metadata = {
    ...object.metadata,
    ...(keepTime ? {} : { deletionTimestamp: timestamp(now + grace * 1000) }),
    ...(keepTime || namespace ? {} : { deletionGracePeriodSeconds: grace }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
  return namespace
    ? { ...object, metadata, status: { phase: 'Terminating' } }
    : { ...object, metadata };
}
