import type { JsonObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { clusterRoleBindingType, clusterRoleType } from './resource-types.ts';

const everything: JsonObject = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
const reading = ['get', 'list', 'watch'];
const writing = [...reading, 'create', 'update', 'patch', 'delete', 'deletecollection'];

const workloads = [
  'pods',
  'configmaps',
  'services',
  'endpoints',
  'persistentvolumeclaims',
  'serviceaccounts',
  'events',
];

const view: readonly JsonObject[] = [
  {
    apiGroups: [''],
    resources: [
      ...workloads,
      'pods/log',
      'pods/status',
      'namespaces',
      'resourcequotas',
      'limitranges',
    ],
    verbs: reading,
  },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: reading },
];
const edit: readonly JsonObject[] = [
  ...view,
  {
    apiGroups: [''],
    resources: [
      ...workloads,
      'secrets',
      'pods/exec',
      'pods/attach',
      'pods/eviction',
      'serviceaccounts/token',
    ],
    verbs: writing,
  },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: writing },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: writing },
];
const admin: readonly JsonObject[] = [
  ...edit,
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['roles', 'rolebindings'],
    verbs: writing,
  },
];

const roles: Readonly<Record<string, readonly JsonObject[]>> = {
  'cluster-admin': [everything, { nonResourceURLs: ['*'], verbs: ['*'] }],
  admin,
  edit,
  view,
};

/** Creates the cluster roles that users expect to find, and the binding of administrators. */
export function createDefaultRoles(store: Store): void {
  const metadata = { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
  for (const [name, rules] of Object.entries(roles)) {
    store.create(clusterRoleType, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { ...metadata, name },
      rules,
    });
  }
  store.create(clusterRoleBindingType, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { ...metadata, name: 'cluster-admin' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:masters' }],
  });
}
