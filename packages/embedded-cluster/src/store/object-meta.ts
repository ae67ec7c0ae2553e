import type { JsonObject, KubeObject, ObjectMeta, ResourceType } from '@millrace/core';
import type { StoreKey } from '../contracts.ts';
import { apiVersionOf } from './resource-types.ts';

/** An object's metadata as the server fills it in on creation, in the order a real one prints it. */
export function stamped(
  type: ResourceType,
  object: KubeObject,
  name: string,
  uid: string,
  at: number,
  version: number,
): KubeObject {
  const {
    namespace,
    resourceVersion: _version,
    uid: _uid,
    creationTimestamp: _created,
    name: _name,
    ...rest
  } = object.metadata;
  const metadata: ObjectMeta = {
    name,
    ...(type.namespaced && namespace !== undefined ? { namespace } : {}),
    uid,
    resourceVersion: String(version),
    creationTimestamp: timestamp(at),
    ...rest,
  };
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind, metadata };
}

/** A time as the API writes it: RFC 3339, whole seconds, UTC. */
export const timestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/u, 'Z');

/** The same object at another version. */
export const versioned = (object: KubeObject, version: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(version) },
});

/** For comparing content. */
export const withoutVersion = (object: KubeObject): JsonObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined },
});

/** The address of a stored object. */
export const keyOf = (type: ResourceType, object: KubeObject): StoreKey => ({
  type,
  namespace: type.namespaced ? (object.metadata.namespace ?? '') : '',
  name: object.metadata.name ?? '',
});

/** An object being deleted with no grace and no finalizer left has nothing more to wait for. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds === 0 &&
    (!Array.isArray(finalizers) || finalizers.length === 0)
  );
}
