import type { ResourceType } from '@millrace/core';

/** Plural names of the resources that millrace knows. */
export type ResourceName =
  | 'pods'
  | 'secrets'
  | 'configmaps'
  | 'services'
  | 'persistentvolumeclaims'
  | 'events'
  | 'serviceaccounts'
  | 'namespaces'
  | 'nodes'
  | 'resourcequotas'
  | 'poddisruptionbudgets'
  | 'roles'
  | 'rolebindings'
  | 'clusterroles'
  | 'clusterrolebindings'
  | 'selfsubjectaccessreviews'
  | 'deployments'
  | 'priorityclasses'
  | 'storageclasses'
  | 'leases';

type Scope = 'namespaced' | 'cluster';

const rows: readonly (readonly [apiVersion: string, ResourceName, kind: string, Scope])[] = [
  ['v1', 'pods', 'Pod', 'namespaced'],
  ['v1', 'secrets', 'Secret', 'namespaced'],
  ['v1', 'configmaps', 'ConfigMap', 'namespaced'],
  ['v1', 'services', 'Service', 'namespaced'],
  ['v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'namespaced'],
  ['v1', 'events', 'Event', 'namespaced'],
  ['v1', 'serviceaccounts', 'ServiceAccount', 'namespaced'],
  ['v1', 'namespaces', 'Namespace', 'cluster'],
  ['v1', 'nodes', 'Node', 'cluster'],
  ['v1', 'resourcequotas', 'ResourceQuota', 'namespaced'],
  ['policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'namespaced'],
  ['rbac.authorization.k8s.io/v1', 'roles', 'Role', 'namespaced'],
  ['rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding', 'namespaced'],
  ['rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', 'cluster'],
  ['rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', 'cluster'],
  ['authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', 'cluster'],
  ['apps/v1', 'deployments', 'Deployment', 'namespaced'],
  ['scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', 'cluster'],
  ['storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'cluster'],
  ['coordination.k8s.io/v1', 'leases', 'Lease', 'namespaced'],
];

/** Every resource that millrace creates, watches or asks about, by plural name: `resourceTypes.pods`. */
export const resourceTypes: Readonly<Record<ResourceName, ResourceType>> = Object.fromEntries(
  rows.map(([apiVersion, plural, kind, scope]) => [
    plural,
    Object.freeze({
      ...splitApiVersion(apiVersion),
      plural,
      kind,
      namespaced: scope === 'namespaced',
    }),
  ]),
) as Record<ResourceName, ResourceType>;

const byKind: ReadonlyMap<string, ResourceType> = new Map(
  Object.values(resourceTypes).map((type) => [`${apiVersionOf(type)} ${type.kind}`, type]),
);

/** The resource of an object's `apiVersion` and `kind`, or undefined when millrace does not know it. */
export function resourceOf(apiVersion: string, kind: string): ResourceType | undefined {
  return byKind.get(`${apiVersion} ${kind}`);
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}
