import type { JsonObject } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  podOf,
  podsPath,
  startFixture,
  startTime,
  type Answer,
  type Fixture,
} from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
  cluster.tokens.push({ token: 'bob', user: 'bob', groups: ['dev'] });
});
afterEach(() => cluster.close());

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';

async function grant(rules: readonly JsonObject[], subject: JsonObject): Promise<void> {
  await cluster.call('POST', `${rbac}/roles`, { metadata: { name: 'r' }, rules });
  await cluster.call('POST', `${rbac}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [subject],
  });
}

describe('authentication', () => {
  it.each([
    ['no token', {}],
    ['an unknown token', as('nope')],
    ['another scheme', { authorization: 'Basic eDp5' }],
    ['a token that only looks like ours', as('e30.e30.e30')],
  ])('answers 401 to %s', async (_what, headers) => {
    const response = await fetch(`${cluster.server.url}${podsPath}`, { headers });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized', code: 401 },
    ]);
  });

  it('refuses a token from the moment it expires', async () => {
    cluster.tokens.push({
      token: 'short',
      user: 'admin',
      groups: ['system:masters'],
      expiresAt: startTime + 1000,
    });
    expect((await cluster.call('GET', podsPath, undefined, as('short'))).code).toBe(200);
    await cluster.clock.advance(1000);
    expect((await cluster.call('GET', podsPath, undefined, as('short'))).code).toBe(401);
  });

  it('issues tokens for service accounts that end with their time or their account', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts';
    const token = async (seconds: number): Promise<Answer> =>
      cluster.call('POST', `${path}/default/token`, { spec: { expirationSeconds: seconds } });
    const issued = await token(600);
    expect(issued).toMatchObject({
      code: 201,
      body: { kind: 'TokenRequest', status: { expirationTimestamp: '2026-01-02T03:14:05Z' } },
    });
    const bearer = as((issued.body['status'] as { token: string }).token);
    const self = await cluster.call(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {},
      bearer,
    );
    expect(self.body).toMatchObject({
      status: {
        userInfo: {
          username: 'system:serviceaccount:default:default',
          groups: [
            'system:serviceaccounts',
            'system:serviceaccounts:default',
            'system:authenticated',
          ],
        },
      },
    });
    await cluster.clock.advance(600_000);
    expect((await cluster.call('GET', '/version', undefined, bearer)).code).toBe(401);

    const second = as(((await token(600)).body['status'] as { token: string }).token);
    await cluster.call('DELETE', `${path}/default`);
    expect((await cluster.call('GET', '/version', undefined, second)).code).toBe(401);
  });

  it('refuses tokens of less than ten minutes', async () => {
    const { code, body } = await cluster.call(
      'POST',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      { spec: { expirationSeconds: 5 } },
    );
    expect([code, body['reason']]).toEqual([422, 'Invalid']);
  });
});

describe('authorization', () => {
  it.each([
    [
      'GET',
      podsPath,
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      `${podsPath}/x`,
      'pods "x" is forbidden: User "bob" cannot get resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      `${podsPath}/x/log`,
      'pods "x" is forbidden: User "bob" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/nodes',
      'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'DELETE',
      '/apis/policy/v1/namespaces/default/poddisruptionbudgets/b',
      'poddisruptionbudgets.policy "b" is forbidden: User "bob" cannot delete resource "poddisruptionbudgets" in API group "policy" in the namespace "default"',
    ],
    ['GET', '/metrics', 'forbidden: User "bob" cannot get path "/metrics"'],
  ])('refuses %s %s in Kubernetes’ words', async (method, path, message) => {
    expect(await cluster.call(method, path, undefined, as('bob'))).toMatchObject({
      code: 403,
      body: { reason: 'Forbidden', message },
    });
  });

  it.each<[string, JsonObject]>([
    ['users', { kind: 'User', name: 'bob' }],
    ['groups', { kind: 'Group', name: 'dev' }],
  ])('lets in %s by a role', async (_kind, subject) => {
    await grant([{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'create'] }], subject);
    expect((await cluster.call('GET', podsPath, undefined, as('bob'))).code).toBe(200);
    expect((await cluster.call('GET', `${podsPath}/x`, undefined, as('bob'))).code).toBe(403);
    expect((await cluster.call('GET', '/api/v1/pods', undefined, as('bob'))).code).toBe(403);
  });

  it('limits rules to resource names and keeps subresources apart', async () => {
    await cluster.call('POST', podsPath, podOf('a'));
    await grant([{ apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['get'] }], {
      kind: 'User',
      name: 'bob',
    });
    expect((await cluster.call('GET', `${podsPath}/a`, undefined, as('bob'))).code).toBe(200);
    expect((await cluster.call('GET', `${podsPath}/b`, undefined, as('bob'))).code).toBe(403);
    expect((await cluster.call('GET', `${podsPath}/a/log`, undefined, as('bob'))).code).toBe(403);
  });

  it('lets those act as others who may impersonate', async () => {
    const self = (headers: Readonly<Record<string, string>>): Promise<Answer> =>
      cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, headers);
    const answer = await self({
      'impersonate-user': 'system:serviceaccount:team:bot',
      'impersonate-group': 'a',
    });
    expect(answer.body).toMatchObject({
      status: {
        userInfo: {
          username: 'system:serviceaccount:team:bot',
          groups: [
            'a',
            'system:serviceaccounts',
            'system:serviceaccounts:team',
            'system:authenticated',
          ],
        },
      },
    });
    expect(await self({ ...as('bob'), 'impersonate-user': 'admin' })).toMatchObject({
      code: 403,
      body: {
        message:
          'users "admin" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
      },
    });
    expect((await self({ 'impersonate-uid': '1' })).code).toBe(400);
  });

  it('opens discovery to everyone who is known', async () => {
    expect((await cluster.call('GET', '/version', undefined, as('bob'))).code).toBe(200);
  });

  it('answers reviews from the same rules', async () => {
    await grant([{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }], {
      kind: 'User',
      name: 'bob',
    });
    const ask = async (resourceAttributes: JsonObject): Promise<Answer> =>
      cluster.call(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { spec: { resourceAttributes } },
        as('bob'),
      );
    const question = {
      verb: 'create',
      resource: 'pods',
      subresource: 'exec',
      namespace: 'default',
    };
    expect(await ask(question)).toMatchObject({
      code: 201,
      body: {
        kind: 'SelfSubjectAccessReview',
        status: { allowed: true, reason: 'RBAC: allowed by RoleBinding "b/default" of Role "r"' },
      },
    });
    expect((await ask({ ...question, namespace: 'other' })).body['status']).toEqual({
      allowed: false,
    });
    const rules = await cluster.call(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      { spec: { namespace: 'default' } },
      as('bob'),
    );
    const { resourceRules, nonResourceRules } = rules.body['status'] as {
      readonly resourceRules: readonly JsonObject[];
      readonly nonResourceRules: readonly JsonObject[];
    };
    expect(resourceRules.flatMap(({ resources }) => resources)).toEqual([
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'selfsubjectreviews',
      'pods/exec',
    ]);
    expect(nonResourceRules.flatMap(({ nonResourceURLs }) => nonResourceURLs)).toContain(
      '/version',
    );
  });
});
