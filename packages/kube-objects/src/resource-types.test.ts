import { expect, it } from 'vitest';
import { collectionPathOf, pathOf } from './resource-paths.ts';
import { apiVersionOf, resourceOf, resourceTypes } from './resource-types.ts';

it('finds every resource by apiVersion and kind', () => {
  for (const type of Object.values(resourceTypes))
    expect(resourceOf(apiVersionOf(type), type.kind)).toBe(type);
});

it.each([
  ['v1', 'Deployment'],
  ['apps/v1', 'Pod'],
  ['v1', 'constructor'],
])('knows no %s %s', (apiVersion, kind) => {
  expect(resourceOf(apiVersion, kind)).toBeUndefined();
});

it.each([
  [
    'a core object',
    pathOf({ type: resourceTypes.pods, namespace: 'ci', name: 'p' }),
    '/api/v1/namespaces/ci/pods/p',
  ],
  [
    'a subresource',
    pathOf({ type: resourceTypes.pods, namespace: 'ci', name: 'p' }, 'log'),
    '/api/v1/namespaces/ci/pods/p/log',
  ],
  [
    'an object of a group',
    pathOf({ type: resourceTypes.poddisruptionbudgets, namespace: 'ci', name: 'p' }),
    '/apis/policy/v1/namespaces/ci/poddisruptionbudgets/p',
  ],
  [
    'a cluster-scoped object',
    pathOf({ type: resourceTypes.namespaces, namespace: 'ignored', name: 'ci' }),
    '/api/v1/namespaces/ci',
  ],
  [
    'a name that needs escaping',
    pathOf({ type: resourceTypes.clusterroles, namespace: '', name: 'a/b' }),
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%2Fb',
  ],
  [
    'a collection',
    collectionPathOf(resourceTypes.leases, 'ci'),
    '/apis/coordination.k8s.io/v1/namespaces/ci/leases',
  ],
  [
    'a collection of all namespaces',
    collectionPathOf(resourceTypes.secrets, ''),
    '/api/v1/secrets',
  ],
])('writes the path of %s', (_what, path, expected) => {
  expect(path).toBe(expected);
});
