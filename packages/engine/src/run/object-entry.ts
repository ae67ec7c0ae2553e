import type { KubeObject, RecordedObject, ResourceType } from '@millrace/core';

/** An object's entry in the record. */
export function recordOf(
  type: ResourceType,
  manifest: KubeObject,
  namespace: string,
): RecordedObject {
  const { group, version, plural, kind, namespaced } = type;
  return {
    group,
    version,
    plural,
    kind,
    namespace: namespaced ? (manifest.metadata.namespace ?? namespace) : '',
    name: manifest.metadata.name ?? '',
  };
}

/** Whether two entries name the same object. */
export const sameObject = (a: RecordedObject, b: RecordedObject): boolean =>
  a.plural === b.plural && a.group === b.group && a.namespace === b.namespace && a.name === b.name;
