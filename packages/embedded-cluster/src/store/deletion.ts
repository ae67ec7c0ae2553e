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
  const { removed, marked } = outcome(clock, key, object, deletion);
  if (!removed) return { object: store.update(key, () => marked), removed };
  store.remove(key);
  return { object: marked, removed };
}

/**
 * What {@link deleteObject} would answer.
 * @throws ApiStatusError Conflict when a precondition fails
 */
export function rehearseDeletion(
  clock: Clock,
  key: StoreKey,
  object: KubeObject,
  deletion: Deletion,
): DeletionResult {
  const { removed, marked } = outcome(clock, key, object, deletion);
  return { object: marked, removed };
}

function outcome(
  clock: Clock,
  key: StoreKey,
  object: KubeObject,
  deletion: Deletion,
): { readonly removed: boolean; readonly marked: KubeObject } {
  checkPreconditions(key, object, deletion);
  const graceful = sameResource(key.type, podType);
  const grace = graceful ? podGrace(object, deletion) : 0;
  const finalizers = finalizersFor(object, deletion);
  const removed = grace === 0 && finalizers.length === 0 && !isNamespace(key);
  // What has a grace period is marked even if none is given; anything else goes as it was.
  if (removed && !graceful) return { removed, marked: object };
  return { removed, marked: mark(object, clock.now(), grace, finalizers, isNamespace(key)) };
}

const isNamespace = (key: StoreKey): boolean => key.type.plural === 'namespaces';

function checkPreconditions(key: StoreKey, object: KubeObject, deletion: Deletion): void {
  const { uid, resourceVersion } = object.metadata;
  if (deletion.uid !== undefined && deletion.uid !== uid) {
    throw conflict(
      { group: key.type.group, plural: key.type.kind },
      key.name,
      `the UID in the precondition (${deletion.uid}) does not match the UID in record (${uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  if (deletion.resourceVersion !== undefined && deletion.resourceVersion !== resourceVersion) {
    throw conflict(
      { group: key.type.group, plural: key.type.kind },
      key.name,
      `the ResourceVersion in the precondition (${deletion.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion ?? ''}). The object might have been modified`,
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
  const generation = count(object.metadata, 'generation');
  const metadata = {
    ...object.metadata,
    // The first mark counts as a change of what is wished.
    ...(pending || generation === undefined ? {} : { generation: generation + 1 }),
    ...(keepTime ? {} : { deletionTimestamp: timestamp(now + grace * 1000) }),
    ...(keepTime || namespace ? {} : { deletionGracePeriodSeconds: grace }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
  return namespace
    ? { ...object, metadata, status: { phase: 'Terminating' } }
    : { ...object, metadata };
}
