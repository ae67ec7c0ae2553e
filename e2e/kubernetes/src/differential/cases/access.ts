import type { JsonObject, JsonValue } from '@millrace/core';
import { asks, post, remove, type Case, type Topic } from '../case.ts';
import type { Ask, Side } from '../side.ts';
import { authorization, map, object, textAt } from './objects.ts';

const review = (attributes: JsonObject): JsonObject => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: attributes },
});
const as = (headers: Readonly<Record<string, string>>, ask: Ask): Ask => ({
  ...ask,
  headers: { ...ask.headers, ...headers },
});

/** As a user who may read pods of the namespace, and nothing more. */
const asUser = (says: string, ...requests: readonly Ask[]): Case => ({
  says,
  run: async (side) => {
    const token = await user(side);
    for (const request of requests) await side.ask({ ...request, token });
  },
});

const tokens = new Map<string, Promise<string>>();

function user({ handle, namespace }: Side): Promise<string> {
  const key = `${handle.kind}/${namespace}`;
  const token = tokens.get(key) ?? handle.newUser(namespace, { pods: ['get', 'list'] });
  tokens.set(key, token);
  return token;
}

const served = [
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'namespaces',
  'nodes',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'resourcequotas',
  'secrets',
  'serviceaccounts',
  'services',
];

/** What discovery says of resources that the embedded cluster serves; it serves fewer. */
const entries = (path: string, wanted: readonly string[]): Case => ({
  says: `discovery of ${path}`,
  run: async (side) => {
    const { status, body } = await side.prepare({ path });
    const resources = ((body as JsonObject)['resources'] as readonly JsonObject[]).filter((item) =>
      wanted.includes(textAt(item, 'name')),
    );
    side.note({
      status,
      ...(body as JsonObject),
      resources: Object.fromEntries(
        resources.map(({ storageVersionHash: _hash, ...rest }) => [textAt(rest, 'name'), rest]),
      ),
    });
  },
});

/** Rules come in the order of a cache, which is chance. */
const inOrder = (status: JsonObject): JsonObject =>
  Object.fromEntries(
    ['resourceRules', 'nonResourceRules'].map((field) => [
      field,
      (status[field] as readonly JsonValue[]).map(ruleText).toSorted(),
    ]),
  );

/** A rule as text, its fields always in the same order. */
const ruleText = (rule: JsonValue): string =>
  ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs']
    .map((field) => JSON.stringify((rule as JsonObject)[field]))
    .join(' ');

/** The shape of a document: its keys, and the types of what they lead to. */
const shape = (value: JsonValue): JsonValue =>
  Array.isArray(value)
    ? 'list'
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value as JsonObject).map(([key, item]) => [key, shape(item ?? null)]),
        )
      : typeof value;

export const access: Topic = {
  name: 'who may do what, and what there is',
  cases: [
    asks(
      'nobody is refused',
      { path: 'pods', token: '' },
      { path: '/api', token: '' },
      { path: '/healthz', token: '' },
      { path: '/nothing', token: '' },
    ),
    asks(
      'a wrong token is refused',
      { path: 'pods', token: 'wrong' },
      { path: '/version', token: 'wrong' },
      { path: 'pods', token: '', headers: { authorization: 'Basic eDp5' } },
    ),
    asUser('a user does what is allowed', { path: 'pods' }, { path: 'pods/missing' }),
    asUser(
      'a user is refused what is not',
      { path: 'secrets' },
      { path: 'secrets/x' },
      post('pods', {}),
      remove('pods/x'),
      remove('pods'),
      { path: 'pods?watch=1&timeoutSeconds=1' },
      { path: 'pods/x/log' },
      { path: '/api/v1/pods' },
      { path: '/api/v1/nodes' },
      { path: '/api/v1/nodes/x' },
      { path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles' },
      { path: '/apis/rbac.authorization.k8s.io/v1/clusterroles/x' },
      { path: '/metrics' },
      { path: '/nothing' },
      { method: 'POST', path: '/nothing' },
    ),
    asUser('a user may discover', { path: '/healthz' }, { path: '/livez' }, { path: '/readyz' }),
    asUser(
      'a user asks who they are',
      post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      }),
    ),
    asUser(
      'a user asks what they may do',
      post(
        `${authorization}/selfsubjectaccessreviews`,
        review({ namespace: '{namespace}', verb: 'get', resource: 'pods' }),
      ),
      post(
        `${authorization}/selfsubjectaccessreviews`,
        review({ namespace: '{namespace}', verb: 'delete', resource: 'pods' }),
      ),
      post(`${authorization}/selfsubjectaccessreviews`, review({ verb: 'get', resource: 'pods' })),
      post(
        `${authorization}/selfsubjectaccessreviews`,
        review({
          namespace: '{namespace}',
          verb: 'get',
          resource: 'pods',
          subresource: 'log',
          name: 'x',
        }),
      ),
      post(`${authorization}/selfsubjectaccessreviews`, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { nonResourceAttributes: { path: '/api', verb: 'get' } },
      }),
      post(`${authorization}/selfsubjectaccessreviews`, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { nonResourceAttributes: { path: '/metrics', verb: 'get' } },
      }),
    ),
    {
      says: 'a user asks for all that they may do',
      run: async (side) => {
        const answer = await side.prepare({
          ...post(`${authorization}/selfsubjectrulesreviews`, {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectRulesReview',
            spec: { namespace: '{namespace}' },
          }),
          token: await user(side),
        });
        const { status, ...body } = answer.body as { readonly status: JsonObject } & JsonObject;
        side.note({ ...answer, body, rules: { ...status, ...inOrder(status) } });
      },
    },
    asks(
      'a review of nothing is refused',
      post(`${authorization}/selfsubjectaccessreviews`, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {},
      }),
      post(`${authorization}/selfsubjectaccessreviews`, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: {}, nonResourceAttributes: {} },
      }),
      post(`${authorization}/selfsubjectrulesreviews`, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: {},
      }),
    ),
    asks(
      'the administrator asks',
      post(
        `${authorization}/selfsubjectaccessreviews`,
        review({ verb: 'delete', resource: 'nodes' }),
      ),
      post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      }),
    ),
    asks(
      'a review can only be created',
      { path: `${authorization}/selfsubjectaccessreviews` },
      remove(`${authorization}/selfsubjectaccessreviews/x`),
    ),
    asks(
      'the administrator acts as somebody',
      as({ 'impersonate-user': 'jane' }, { path: 'pods' }),
      as(
        { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
        { path: 'pods?labelSelector=none' },
      ),
      as({ 'impersonate-user': 'system:serviceaccount:{namespace}:default' }, { path: 'pods' }),
      as({ 'impersonate-group': 'x' }, { path: 'pods' }),
      as(
        { 'impersonate-user': 'jane', 'impersonate-extra-a': 'b', 'impersonate-uid': 'u' },
        post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'SelfSubjectReview',
        }),
      ),
    ),
    asUser(
      'a user may not act as somebody',
      as({ 'impersonate-user': 'jane' }, { path: 'pods' }),
      as({ 'impersonate-user': 'system:serviceaccount:{namespace}:default' }, { path: 'pods' }),
    ),
    asks('the roots of discovery', { path: '/api' }),
    {
      says: 'the groups',
      run: async (side) => {
        const { body, ...rest } = await side.prepare({ path: '/apis' });
        const wanted = [
          'authentication.k8s.io',
          'authorization.k8s.io',
          'policy',
          'rbac.authorization.k8s.io',
          'scheduling.k8s.io',
          'coordination.k8s.io',
          'node.k8s.io',
        ];
        const groups = ((body as JsonObject)['groups'] as readonly JsonObject[]).filter((item) =>
          wanted.includes(textAt(item, 'name')),
        );
        side.note({ ...rest, ...(body as JsonObject), groups });
      },
    },
    asks(
      'a group',
      { path: '/apis/policy' },
      { path: '/apis/rbac.authorization.k8s.io' },
      { path: '/apis/nothing' },
      { path: '/apis/policy/v9' },
    ),
    entries('/api/v1', [
      ...served,
      'pods/status',
      'pods/exec',
      'pods/attach',
      'pods/log',
      'pods/eviction',
      'pods/binding',
      'namespaces/status',
      'namespaces/finalize',
      'nodes/status',
      'services/status',
      'persistentvolumeclaims/status',
      'persistentvolumes/status',
      'serviceaccounts/token',
      'resourcequotas/status',
    ]),
    entries('/apis/policy/v1', ['poddisruptionbudgets', 'poddisruptionbudgets/status']),
    entries('/apis/rbac.authorization.k8s.io/v1', [
      'roles',
      'rolebindings',
      'clusterroles',
      'clusterrolebindings',
    ]),
    entries('/apis/authorization.k8s.io/v1', [
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
    ]),
    entries('/apis/authentication.k8s.io/v1', ['selfsubjectreviews']),
    entries('/apis/scheduling.k8s.io/v1', ['priorityclasses']),
    entries('/apis/storage.k8s.io/v1', ['storageclasses']),
    entries('/apis/coordination.k8s.io/v1', ['leases']),
    entries('/apis/node.k8s.io/v1', ['runtimeclasses']),
    {
      says: 'the version has the same shape',
      run: async (side) => {
        const { status, headers, body } = await side.prepare({ path: '/version' });
        side.note({ status, headers, body: shape(body) });
      },
    },
    asks(
      'a path that leads nowhere',
      { path: '/nothing' },
      { path: '/api/v2' },
      { path: '/api/v1/things' },
      { path: 'things' },
      { path: 'pods/x/things' },
      { path: '/apis/policy/v1/things' },
      { path: 'pods/x/log/more' },
      { path: '/api/v1/nodes/x/things' },
    ),
    asks(
      'a method that is not allowed',
      { method: 'POST', path: 'pods/x' },
      { method: 'PUT', path: 'pods' },
      { method: 'DELETE', path: '/version' },
      { method: 'POST', path: '/api/v1' },
      { method: 'PUT', path: 'pods/x/log' },
      { method: 'GET', path: 'pods/x/eviction' },
      { method: 'GET', path: 'pods/x/binding' },
      { method: 'DELETE', path: 'pods/x/log' },
      { method: 'GET', path: 'serviceaccounts/x/token' },
      { method: 'POST', path: '/api/v1/pods', body: object('Pod', 'x') },
    ),
    asks(
      'HEAD and OPTIONS',
      { method: 'HEAD', path: 'configmaps/kube-root-ca.crt' },
      { method: 'HEAD', path: '/version' },
      { method: 'OPTIONS', path: 'pods' },
      { method: 'OPTIONS', path: 'pods/x' },
      { method: 'TRACE', path: 'pods' },
    ),
    asks(
      'health',
      { path: '/healthz' },
      { path: '/livez' },
      { path: '/readyz' },
      { path: '/healthz/ping' },
    ),
    asks(
      'slashes more than needed',
      { path: '/api/' },
      { path: '/api/v1/namespaces/{namespace}/pods/' },
      { path: '//api/v1/namespaces/{namespace}/pods' },
    ),
    asks(
      'discovery in a form that cannot be had',
      { path: '/api/v1', headers: { accept: 'text/html' } },
      { path: '/version', headers: { accept: 'text/html' } },
    ),
    asks(
      'a bad name in a path',
      { path: 'pods/A_b' },
      { path: 'pods/%2e%2e' },
      post('configmaps?dryRun=All', map('x%y')),
    ),
  ],
};
