import type { ObjectRef, ResourceType } from '@millrace/core';
import { apiVersionOf } from './resource-types.ts';

/**
 * REST path of a collection: `/apis/policy/v1/namespaces/ci/poddisruptionbudgets`.
 * @param namespace - empty for all namespaces; ignored for cluster-scoped resources
 */
export function collectionPathOf(type: ResourceType, namespace: string): string {
  const root = `${type.group === '' ? '/api' : '/apis'}/${apiVersionOf(type)}`;
  const scope =
    type.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

/** REST path of an object or of one of its subresources: `/api/v1/namespaces/ci/pods/build-1/log`. */
export function pathOf(ref: ObjectRef, subresource?: string): string {
  const object = `${collectionPathOf(ref.type, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}
