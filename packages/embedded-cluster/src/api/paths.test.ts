import type { JsonObject } from '@millrace/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeAll(async () => {
  cluster = await startFixture({ anonymous: true });
});
afterAll(() => cluster.close());

const core = '/api/v1/namespaces/default';
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

it.each([['/nothing'], ['/apis/nothing'], [`//api/v1/namespaces/default/pods`]])(
  'has only text for %s, which is no part of the API',
  async (path) => {
    expect(await cluster.call('GET', path)).toMatchObject({
      code: 404,
      body: { text: '404 page not found\n' },
    });
  },
);

it.each([
  ['GET', '/api/v2', 404],
  ['GET', '/apis/policy/v9', 404],
  ['PUT', podsPath, 405],
  ['PATCH', podsPath, 405],
  ['DELETE', '/api/v1/namespaces', 405],
  ['DELETE', `${reviews}/x`, 404],
  ['GET', reviews, 405],
  ['HEAD', `${core}/configmaps`, 405],
  ['OPTIONS', podsPath, 405],
  ['HEAD', '/version', 405],
])('answers %s %s by %i', async (method, path, code) => {
  expect((await cluster.call(method, path)).code).toBe(code);
});

it.each([
  [
    '/api/v1',
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  ['/version', '406: Not Acceptable\n\nAvailable representations: application/json'],
  [
    `${core}/configmaps`,
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  ],
  [
    `${core}/configmaps/kube-root-ca.crt`,
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
])('says in what forms %s is to be had', async (path, message) => {
  expect(await cluster.call('GET', path, undefined, { accept: 'text/html' })).toMatchObject({
    code: 406,
    body: { message, details: {} },
  });
});

it('tells of resources as Kubernetes does', async () => {
  const { body } = await cluster.call('GET', '/api/v1');
  expect(body).not.toHaveProperty('apiVersion');
  const named = (name: string): JsonObject | undefined =>
    (body['resources'] as readonly JsonObject[]).find((item) => item['name'] === name);
  expect(named('namespaces')?.['verbs']).not.toContain('deletecollection');
  expect(named('pods/status')).not.toHaveProperty('group');
  expect(named('pods/eviction')).toMatchObject({ group: 'policy', version: 'v1' });
});

it('lets those who are nobody look at little', async () => {
  const nobody = async (path: string): Promise<number> =>
    (await fetch(`${cluster.server.url}${path}`)).status;
  expect(await nobody('/version')).toBe(200);
  expect(await nobody('/healthz')).toBe(200);
  expect(await nobody('/api')).toBe(403);
  expect(await nobody(podsPath)).toBe(403);
});

it('takes everything for true but two words', async () => {
  const keys = async (query: string): Promise<string> =>
    (
      await fetch(`${cluster.server.url}${podsPath}?timeoutSeconds=1&${query}`, {
        headers: { authorization: 'Bearer admin' },
      })
    ).headers.get('content-length') ?? 'stream';
  expect(await keys('watch=false')).not.toBe('stream');
  expect(await keys('watch=0')).not.toBe('stream');
});

it('warns of endpoints', async () => {
  const { headers } = await cluster.call('GET', `${core}/endpoints`);
  expect(headers.get('warning')).toBe(
    '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
  );
});

it('acts as somebody with all that is said of them', async () => {
  const { body } = await cluster.call(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    {},
    { 'impersonate-user': 'jane', 'impersonate-uid': 'u', 'impersonate-extra-a': 'b' },
  );
  expect(body['status']).toMatchObject({
    userInfo: { username: 'jane', uid: 'u', extra: { a: ['b'] } },
  });
});

it.each<[JsonObject, string]>([
  [
    {},
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  ],
  [
    { resourceAttributes: {}, nonResourceAttributes: {} },
    '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"Path":"","Verb":""}: cannot be specified in combination with resourceAttributes',
  ],
])('refuses a review of %j', async (spec, message) => {
  expect(await cluster.call('POST', reviews, { spec })).toMatchObject({
    code: 422,
    body: { message },
  });
});

it('refuses to list rights in no namespace', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
  expect(await cluster.call('POST', path, { spec: {} })).toMatchObject({
    code: 400,
    body: { message: 'no namespace on request' },
  });
});

it('refuses an eviction of another name, and a binding to what is no node', async () => {
  await cluster.call('POST', podsPath, podOf('p', { nodeSelector: { none: 'such' } }));
  const evict = (body: JsonObject): ReturnType<Fixture['call']> =>
    cluster.call('POST', `${podsPath}/p/eviction`, body);
  expect(await evict({})).toMatchObject({
    code: 400,
    body: { message: 'name in URL does not match name in Eviction object' },
  });
  expect((await evict({ kind: 'Pod', apiVersion: 'v1' })).body['message']).toContain(
    'converting (v1.Pod) to (policy.Eviction): unknown conversion',
  );
  const bind = (target: JsonObject): ReturnType<Fixture['call']> =>
    cluster.call('POST', `${podsPath}/p/binding`, { target });
  expect(await bind({})).toMatchObject({
    code: 500,
    body: { message: 'target.name: Required value' },
  });
  expect(await bind({ kind: 'Pod', name: 'x' })).toMatchObject({ code: 500 });
});
