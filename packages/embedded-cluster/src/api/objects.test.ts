import type { JsonObject, JsonValue } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
});
afterEach(() => cluster.close());

const secretsPath = '/api/v1/namespaces/default/secrets';
const mapsPath = '/api/v1/namespaces/default/configmaps';
const mapOf = (name: string, data: JsonObject = {}): JsonObject => ({ metadata: { name }, data });
const messageOf = (body: JsonObject): JsonValue | undefined => body['message'];

describe('creating', () => {
  it('answers 201 with everything the server fills in', async () => {
    const { code, body } = await cluster.call('POST', podsPath, podOf('a'));
    expect(code).toBe(201);
    expect(body).toMatchObject({
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: {
        restartPolicy: 'Always',
        serviceAccountName: 'default',
        containers: [{ imagePullPolicy: 'IfNotPresent' }],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it('makes a name from generateName', async () => {
    const { body } = await cluster.call('POST', mapsPath, { metadata: { generateName: 'ci-' } });
    expect(body['metadata']).toMatchObject({
      name: expect.stringMatching(/^ci-[b-z0-9]{5}$/u) as string,
      generateName: 'ci-',
    });
  });

  it('answers 409 AlreadyExists the second time', async () => {
    await cluster.call('POST', mapsPath, mapOf('a'));
    const { code, body } = await cluster.call('POST', mapsPath, mapOf('a'));
    expect(code).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  it('stores nothing on a dry run but answers as if it had', async () => {
    const { code, body } = await cluster.call('POST', `${mapsPath}?dryRun=All`, mapOf('a'));
    expect([code, body['kind']]).toEqual([201, 'ConfigMap']);
    expect((await cluster.call('GET', `${mapsPath}/a`)).code).toBe(404);
  });

  it('encodes stringData of secrets and does not keep it', async () => {
    const { body } = await cluster.call('POST', secretsPath, {
      metadata: { name: 's' },
      stringData: { key: 'value' },
    });
    expect(body).toMatchObject({ type: 'Opaque', data: { key: 'dmFsdWU=' } });
    expect(body).not.toHaveProperty('stringData');
  });

  it('gives services an address and leaves headless ones without', async () => {
    const service = (name: string, spec: JsonObject): JsonObject => ({
      metadata: { name },
      spec: { ports: [{ port: 80 }], ...spec },
    });
    const first = await cluster.call(
      'POST',
      '/api/v1/namespaces/default/services',
      service('a', {}),
    );
    const headless = await cluster.call(
      'POST',
      '/api/v1/namespaces/default/services',
      service('b', { clusterIP: 'None' }),
    );
    expect(first.body['spec']).toMatchObject({
      type: 'ClusterIP',
      clusterIP: '10.96.0.10',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(headless.body['spec']).toMatchObject({ clusterIP: 'None' });
  });

  it.each([
    [
      'a namespace that is not there',
      '/api/v1/namespaces/nope/configmaps',
      mapOf('a'),
      404,
      'namespaces "nope" not found',
    ],
    [
      'another namespace in the body',
      mapsPath,
      { metadata: { name: 'a', namespace: 'other' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'another version in the body',
      mapsPath,
      { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } },
      400,
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    [
      'a path that leads nowhere',
      '/api/v1/namespaces/default/widgets',
      mapOf('a'),
      404,
      'the server could not find the requested resource',
    ],
    [
      'a name in the path',
      `${mapsPath}/a`,
      mapOf('a'),
      405,
      'the server does not allow this method on the requested resource',
    ],
  ])('refuses %s', async (_what, path, body, code, message) => {
    const answer = await cluster.call('POST', path, body);
    expect([answer.code, messageOf(answer.body)]).toEqual([code, message]);
  });

  describe('from YAML', () => {
    const post = async (body: string): Promise<readonly [number, JsonObject]> => {
      const response = await fetch(`${cluster.server.url}${mapsPath}`, {
        method: 'POST',
        headers: { authorization: 'Bearer admin', 'content-type': 'application/yaml' },
        body,
      });
      return [response.status, (await response.json()) as JsonObject];
    };

    it('leaves out lists and maps in which there is nothing', async () => {
      const [code, object] = await post(
        'metadata:\n  name: yaml\n  labels: {}\n  finalizers: []\ndata:\n  a: |\n    b\n',
      );
      expect([code, object]).toMatchObject([201, { data: { a: 'b\n' } }]);
      expect(object['metadata']).not.toHaveProperty('labels');
      expect(object['metadata']).not.toHaveProperty('finalizers');
    });

    it.each([
      [
        'as Kubernetes does, a plain y is true',
        'metadata: {name: y}',
        'cannot unmarshal bool into',
      ],
      ['and says where it breaks', 'a: [', 'error converting YAML to JSON'],
      ['of an object alone', '- a', 'must be a JSON object'],
    ])('reads %s', async (_what, body, message) => {
      const [code, status] = await post(body);
      expect([code, status['message']]).toEqual([400, expect.stringContaining(message) as string]);
    });
  });

  it('refuses a body of more than 3 MiB, and other media types', async () => {
    const big = await cluster.call(
      'POST',
      mapsPath,
      mapOf('a', { x: 'x'.repeat(3 * 1024 * 1024) }),
    );
    expect([big.code, big.body['reason']]).toEqual([413, 'RequestEntityTooLarge']);
    const text = await cluster.call('POST', mapsPath, 'a: b', { 'content-type': 'text/plain' });
    expect([text.code, text.body['reason']]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('replacing', () => {
  it('answers Conflict to an older resourceVersion', async () => {
    const { body } = await cluster.call('POST', mapsPath, mapOf('a'));
    await cluster.call('PUT', `${mapsPath}/a`, mapOf('a', { x: '1' }));
    const { code, body: status } = await cluster.call('PUT', `${mapsPath}/a`, body);
    expect([code, messageOf(status)]).toEqual([
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ]);
  });

  it('keeps uid and creation time and makes no new version of the same content', async () => {
    const { body } = await cluster.call('POST', mapsPath, mapOf('a', { x: '1' }));
    const same = await cluster.call('PUT', `${mapsPath}/a`, mapOf('a', { x: '1' }));
    expect(same.body).toEqual(body);
  });

  it('changes only the status through the status path, and everything else but it elsewhere', async () => {
    const { body } = await cluster.call('POST', podsPath, podOf('a'));
    const status = await cluster.call('PUT', `${podsPath}/a/status`, {
      ...body,
      metadata: { name: 'a' },
      spec: {},
      status: { phase: 'Running' },
    });
    expect(status.body).toMatchObject({
      spec: { containers: [{ name: 'build' }] },
      status: { phase: 'Running' },
    });
    const back = await cluster.call(
      'PATCH',
      `${podsPath}/a`,
      { status: { phase: 'Failed' }, metadata: { labels: { a: 'b' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(back.body).toMatchObject({
      metadata: { labels: { a: 'b' } },
      status: { phase: 'Running' },
    });
  });
});

describe('patching', () => {
  const patch = (type: string, body: JsonValue): Promise<{ code: number; body: JsonObject }> =>
    cluster.call('PATCH', `${podsPath}/a`, body, { 'content-type': `application/${type}` });

  beforeEach(async () => {
    await cluster.call('POST', podsPath, podOf('a', {}, { labels: { a: '1', b: '2' } }));
  });

  it.each<[string, string, JsonValue]>([
    [
      'JSON',
      'json-patch+json',
      [{ op: 'replace', path: '/metadata/labels', value: { b: '2', c: '3' } }],
    ],
    ['merge', 'merge-patch+json', { metadata: { labels: { a: null, c: '3' } } }],
    ['strategic', 'strategic-merge-patch+json', { metadata: { labels: { a: null, c: '3' } } }],
  ])('understands %s patches', async (_kind, type, body) => {
    const answer = await patch(type, body);
    expect(answer).toMatchObject({ code: 200, body: { metadata: { labels: { b: '2', c: '3' } } } });
    expect(answer.body['metadata']).not.toHaveProperty('labels.a');
  });

  it('merges containers by name in a strategic patch', async () => {
    const { body } = await patch('strategic-merge-patch+json', {
      spec: { containers: [{ name: 'build', image: 'alpine:3.21' }] },
    });
    expect(body['spec']).toMatchObject({
      containers: [{ name: 'build', image: 'alpine:3.21', imagePullPolicy: 'IfNotPresent' }],
    });
  });

  it.each<[string, string, JsonValue, number, string]>([
    [
      'what a running pod cannot change',
      'merge-patch+json',
      { spec: { restartPolicy: 'Never' } },
      422,
      'Invalid',
    ],
    [
      'an old resourceVersion',
      'merge-patch+json',
      { metadata: { resourceVersion: '1' } },
      409,
      'Conflict',
    ],
    [
      'a JSON patch that does not fit',
      'json-patch+json',
      [{ op: 'remove', path: '/spec/nope' }],
      422,
      'Invalid',
    ],
    ['an unknown patch type', 'x-patch', {}, 415, 'UnsupportedMediaType'],
  ])('refuses %s', async (_what, type, body, code, reason) => {
    const answer = await patch(type, body);
    expect([answer.code, answer.body['reason']]).toEqual([code, reason]);
  });
});

describe('deleting', () => {
  it('removes at once a pod that no node has', async () => {
    await cluster.call('POST', podsPath, podOf('a', { nodeSelector: { none: 'such' } }));
    const { code, body } = await cluster.call('DELETE', `${podsPath}/a`);
    expect([code, body['kind']]).toEqual([200, 'Pod']);
    expect((await cluster.call('GET', `${podsPath}/a`)).code).toBe(404);
  });

  it('marks a bound pod and leaves the rest to the kubelet', async () => {
    await cluster.call('POST', podsPath, podOf('a'));
    const { body } = await cluster.call('DELETE', `${podsPath}/a`, { gracePeriodSeconds: 10 });
    expect(body['metadata']).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:15Z',
      deletionGracePeriodSeconds: 10,
    });
    const longer = await cluster.call('DELETE', `${podsPath}/a?gracePeriodSeconds=60`);
    expect(longer.body['metadata']).toMatchObject({ deletionGracePeriodSeconds: 10 });
    await cluster.call('DELETE', `${podsPath}/a?gracePeriodSeconds=0`);
    expect((await cluster.call('GET', `${podsPath}/a`)).code).toBe(404);
  });

  it('waits for finalizers', async () => {
    await cluster.call('POST', mapsPath, {
      metadata: { name: 'a', finalizers: ['example.com/hold'] },
    });
    const held = await cluster.call('DELETE', `${mapsPath}/a`);
    expect(held.body['metadata']).toMatchObject({
      deletionTimestamp: expect.any(String) as string,
    });
    await cluster.call(
      'PATCH',
      `${mapsPath}/a`,
      { metadata: { finalizers: null } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect((await cluster.call('GET', `${mapsPath}/a`)).code).toBe(404);
  });

  it('refuses another uid', async () => {
    await cluster.call('POST', mapsPath, mapOf('a'));
    const { code, body } = await cluster.call('DELETE', `${mapsPath}/a`, {
      preconditions: { uid: 'other' },
    });
    expect([code, body['reason']]).toEqual([409, 'Conflict']);
  });

  it('deletes what selectors choose from a collection', async () => {
    for (const name of ['a', 'b', 'c'])
      await cluster.call('POST', mapsPath, {
        metadata: { name, labels: { keep: String(name === 'b') } },
      });
    await cluster.call('DELETE', `${mapsPath}?labelSelector=keep%3Dfalse`);
    const { body } = await cluster.call('GET', `${mapsPath}?labelSelector=keep`);
    expect(body['items']).toMatchObject([{ metadata: { name: 'b' } }]);
  });

  it('takes dependents along, and everything in a namespace', async () => {
    const owner = await cluster.call('POST', mapsPath, mapOf('owner'));
    const { uid } = owner.body['metadata'] as { uid: string };
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
    await cluster.call('POST', secretsPath, {
      metadata: { name: 'owned', ownerReferences: [reference] },
    });
    await cluster.call('DELETE', `${mapsPath}/owner`);
    expect((await cluster.call('GET', `${secretsPath}/owned`)).code).toBe(404);

    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
    await cluster.call('POST', '/api/v1/namespaces/team/configmaps', mapOf('a'));
    await cluster.call('DELETE', '/api/v1/namespaces/team');
    expect((await cluster.call('GET', '/api/v1/namespaces/team')).code).toBe(404);
    expect(
      (await cluster.call('GET', '/api/v1/configmaps?fieldSelector=metadata.namespace%3Dteam'))
        .body['items'],
    ).toEqual([]);
  });

  it('keeps the namespaces that every cluster has, and what every namespace has', async () => {
    expect(await cluster.call('DELETE', '/api/v1/namespaces/default')).toMatchObject({
      code: 403,
      body: { message: 'namespaces "default" is forbidden: this namespace may not be deleted' },
    });
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    const { body } = await cluster.call('DELETE', account);
    const again = await cluster.call('GET', account);
    expect(again.code).toBe(200);
    expect((again.body['metadata'] as { uid: string }).uid).not.toBe(
      (body['metadata'] as { uid: string }).uid,
    );
  });

  it('keeps dependents when asked to orphan them', async () => {
    const owner = await cluster.call('POST', mapsPath, mapOf('owner'));
    const { uid } = owner.body['metadata'] as { uid: string };
    await cluster.call('POST', secretsPath, {
      metadata: {
        name: 'owned',
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }],
      },
    });
    await cluster.call('DELETE', `${mapsPath}/owner?propagationPolicy=Orphan`);
    expect((await cluster.call('GET', `${mapsPath}/owner`)).code).toBe(404);
    expect((await cluster.call('GET', `${secretsPath}/owned`)).code).toBe(200);
  });
});
