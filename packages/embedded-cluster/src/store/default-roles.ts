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

/** Open to everyone, and what one needs to find out what a server serves. */
const openPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const discoveryPaths = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

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
      'pods/portforward',
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
  'system:discovery': [{ nonResourceURLs: [...openPaths, ...discoveryPaths], verbs: ['get'] }],
  'system:public-info-viewer': [{ nonResourceURLs: openPaths, verbs: ['get'] }],
  'system:basic-user': [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
};

/** Which cluster role every member of a group has. */
const bindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:discovery': ['system:authenticated'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
  'system:basic-user': ['system:authenticated'],
};

/** Creates the cluster roles that users expect to find, and binds those that groups have. */
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
  for (const [name, groups] of Object.entries(bindings)) {
    store.create(clusterRoleBindingType, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { ...metadata, name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: group,
      })),
    });
  }
}
