import type { ResourceType } from '@millrace/core';

/** A resource the API serves, with what discovery says about it. */
export interface ServedResource extends ResourceType {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Subresources in discovery; anything else under the object is 404. */
  readonly subresources: readonly string[];
  /** False for review resources, which can only be created and are never stored. */
  readonly stored: boolean;
  /** False for namespaces, which go one by one. */
  readonly collectionDeletable: boolean;
}

interface Extras {
  readonly shortNames?: readonly string[];
  readonly all?: boolean;
  readonly cluster?: boolean;
  readonly subresources?: readonly string[];
  readonly stored?: boolean;
}

function served(
  groupVersion: string,
  plural: string,
  kind: string,
  extras: Extras = {},
): ServedResource {
  const slash = groupVersion.indexOf('/');
  return {
    group: slash === -1 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    plural,
    kind,
    namespaced: extras.cluster !== true,
    singular: kind.toLowerCase(),
    shortNames: extras.shortNames ?? [],
    categories: extras.all === true ? ['all'] : [],
    subresources: extras.subresources ?? [],
    stored: extras.stored ?? true,
    collectionDeletable: plural !== 'namespaces',
  };
}

export const podType: ServedResource = served('v1', 'pods', 'Pod', {
  shortNames: ['po'],
  all: true,
  subresources: ['status', 'exec', 'attach', 'portforward', 'log', 'eviction', 'binding'],
});
export const namespaceType: ServedResource = served('v1', 'namespaces', 'Namespace', {
  shortNames: ['ns'],
  cluster: true,
  subresources: ['status', 'finalize'],
});
export const nodeType: ServedResource = served('v1', 'nodes', 'Node', {
  shortNames: ['no'],
  cluster: true,
  subresources: ['status'],
});
export const eventType: ServedResource = served('v1', 'events', 'Event', { shortNames: ['ev'] });
export const secretType: ServedResource = served('v1', 'secrets', 'Secret');
export const configMapType: ServedResource = served('v1', 'configmaps', 'ConfigMap', {
  shortNames: ['cm'],
});
export const serviceType: ServedResource = served('v1', 'services', 'Service', {
  shortNames: ['svc'],
  all: true,
  subresources: ['status'],
});
const endpointsType = served('v1', 'endpoints', 'Endpoints', {
  shortNames: ['ep'],
});
export const claimType: ServedResource = served(
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
  { shortNames: ['pvc'], subresources: ['status'] },
);
const volumeType = served('v1', 'persistentvolumes', 'PersistentVolume', {
  shortNames: ['pv'],
  cluster: true,
  subresources: ['status'],
});
export const serviceAccountType: ServedResource = served(
  'v1',
  'serviceaccounts',
  'ServiceAccount',
  { shortNames: ['sa'], subresources: ['token'] },
);
export const quotaType: ServedResource = served('v1', 'resourcequotas', 'ResourceQuota', {
  shortNames: ['quota'],
  subresources: ['status'],
});
const limitRangeType = served('v1', 'limitranges', 'LimitRange', {
  shortNames: ['limits'],
});
export const disruptionBudgetType: ServedResource = served(
  'policy/v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
  { shortNames: ['pdb'], subresources: ['status'] },
);
export const roleType: ServedResource = served('rbac.authorization.k8s.io/v1', 'roles', 'Role');
export const roleBindingType: ServedResource = served(
  'rbac.authorization.k8s.io/v1',
  'rolebindings',
  'RoleBinding',
);
export const clusterRoleType: ServedResource = served(
  'rbac.authorization.k8s.io/v1',
  'clusterroles',
  'ClusterRole',
  { cluster: true },
);
export const clusterRoleBindingType: ServedResource = served(
  'rbac.authorization.k8s.io/v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
  { cluster: true },
);
export const priorityClassType: ServedResource = served(
  'scheduling.k8s.io/v1',
  'priorityclasses',
  'PriorityClass',
  { shortNames: ['pc'], cluster: true },
);
export const storageClassType: ServedResource = served(
  'storage.k8s.io/v1',
  'storageclasses',
  'StorageClass',
  { shortNames: ['sc'], cluster: true },
);
export const runtimeClassType: ServedResource = served(
  'node.k8s.io/v1',
  'runtimeclasses',
  'RuntimeClass',
  { cluster: true },
);
export const leaseType: ServedResource = served('coordination.k8s.io/v1', 'leases', 'Lease');
export const endpointSliceType: ServedResource = served(
  'discovery.k8s.io/v1',
  'endpointslices',
  'EndpointSlice',
);
const selfAccessReviewType = served(
  'authorization.k8s.io/v1',
  'selfsubjectaccessreviews',
  'SelfSubjectAccessReview',
  { cluster: true, stored: false },
);
const selfRulesReviewType = served(
  'authorization.k8s.io/v1',
  'selfsubjectrulesreviews',
  'SelfSubjectRulesReview',
  { cluster: true, stored: false },
);
const selfReviewType = served(
  'authentication.k8s.io/v1',
  'selfsubjectreviews',
  'SelfSubjectReview',
  { cluster: true, stored: false },
);

/** Everything the API serves, in the order in which discovery of a real server has it. */
export const servedResources: readonly ServedResource[] = [
  configMapType,
  endpointsType,
  eventType,
  limitRangeType,
  namespaceType,
  nodeType,
  claimType,
  volumeType,
  podType,
  quotaType,
  secretType,
  serviceAccountType,
  serviceType,
  selfReviewType,
  selfAccessReviewType,
  selfRulesReviewType,
  disruptionBudgetType,
  roleType,
  roleBindingType,
  clusterRoleType,
  clusterRoleBindingType,
  storageClassType,
  priorityClassType,
  leaseType,
  endpointSliceType,
  runtimeClassType,
];

/** Looks a resource up by the parts of its path. */
export function findResource(
  group: string,
  version: string,
  plural: string,
): ServedResource | undefined {
  return servedResources.find(
    (item) => item.group === group && item.version === version && item.plural === plural,
  );
}

/** Looks a resource up by what an object says of itself. */
export function findKind(apiVersion: string, kind: string): ServedResource | undefined {
  return servedResources.find((item) => item.kind === kind && apiVersionOf(item) === apiVersion);
}

/** `v1`, or `group/version`. */
export const apiVersionOf = (type: ResourceType): string =>
  type.group === '' ? type.version : `${type.group}/${type.version}`;

/** Whether two types are the same resource, whatever version they are read in. */
export const sameResource = (left: ResourceType, right: ResourceType): boolean =>
  left.group === right.group && left.plural === right.plural;
