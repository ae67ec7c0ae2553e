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

const healthPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const issuer = ['/.well-known/openid-configuration', '/openid/v1/jwks'];
const discovery = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...healthPaths];
const readPaths = (nonResourceURLs: readonly string[]): JsonObject => ({
  verbs: ['get'],
  nonResourceURLs: nonResourceURLs.toSorted(),
});
const createOf = (group: string, resources: readonly string[]): JsonObject => ({
  verbs: ['create'],
  apiGroups: [group],
  resources,
});

const roles: Readonly<Record<string, readonly JsonObject[]>> = {
  'cluster-admin': [everything, { nonResourceURLs: ['*'], verbs: ['*'] }],
  admin,
  edit,
  view,
  'system:basic-user': [
    createOf('authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
    createOf('authentication.k8s.io', ['selfsubjectreviews']),
  ],
  'system:discovery': [readPaths(discovery)],
  'system:public-info-viewer': [readPaths(healthPaths)],
  'system:service-account-issuer-discovery': [
    readPaths(issuer.flatMap((path) => [path, `${path}/`])),
  ],
};

/** Groups that have a role in the whole cluster; the binding is called like the role. */
const bindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
  'system:service-account-issuer-discovery': ['system:serviceaccounts'],
};

const group = 'rbac.authorization.k8s.io';

/** Creates the cluster roles that users expect to find, and who has them. */
export function createDefaultRoles(store: Store): void {
  const metadata = { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
  for (const [name, rules] of Object.entries(roles)) {
    store.create(clusterRoleType, {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { ...metadata, name },
      rules,
    });
  }
  for (const [name, groups] of Object.entries(bindings)) {
    store.create(clusterRoleBindingType, {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { ...metadata, name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: groups.map((item) => ({ apiGroup: group, kind: 'Group', name: item })),
    });
  }
}
