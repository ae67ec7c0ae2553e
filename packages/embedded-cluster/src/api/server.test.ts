import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Logger } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { tooManyRequests } from '../store/status.ts';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';
import type { Interception } from './interceptor.ts';
import { openWatch } from './watch-client.test.helpers.ts';

const open: Fixture[] = [];
async function start(...[options]: Parameters<typeof startFixture>): Promise<Fixture> {
  const cluster = await startFixture(options);
  open.push(cluster);
  return cluster;
}
afterEach(async () => {
  for (const cluster of open.splice(0)) await cluster.close();
});

describe('discovery', () => {
  it('describes resources one group at a time', async () => {
    const cluster = await start();
    expect((await cluster.call('GET', '/api')).body).toMatchObject({
      kind: 'APIVersions',
      versions: ['v1'],
    });
    expect((await cluster.call('GET', '/api/v1')).body).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: expect.arrayContaining([
        expect.objectContaining({
          name: 'pods',
          kind: 'Pod',
          namespaced: true,
          shortNames: ['po'],
        }),
        expect.objectContaining({ name: 'pods/eviction', group: 'policy', kind: 'Eviction' }),
      ]) as unknown,
    });
    expect((await cluster.call('GET', '/apis')).body).toMatchObject({
      kind: 'APIGroupList',
      groups: expect.arrayContaining([expect.objectContaining({ name: 'policy' })]) as unknown,
    });
    expect((await cluster.call('GET', '/apis/policy')).body).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'policy/v1' },
    });
    expect((await cluster.call('GET', '/apis/nope/v1')).code).toBe(404);
  });

  it('describes them all at once to those who ask', async () => {
    const cluster = await start();
    const accept =
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { body, headers } = await cluster.call('GET', '/api', undefined, { accept });
    expect(headers.get('content-type')).toContain('as=APIGroupDiscoveryList');
    expect(body).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      items: [{ versions: [{ version: 'v1', resources: expect.any(Array) as unknown }] }],
    });
  });

  it('tells kubectl that it validates fields and dry-runs', async () => {
    const cluster = await start();
    const index = await cluster.call('GET', '/openapi/v3');
    expect(index.body).toMatchObject({
      paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=millrace' } },
    });
    const { body } = await cluster.call('GET', '/openapi/v3/api/v1?hash=millrace');
    expect(body).toMatchObject({
      paths: {
        '/api/v1/namespaces/{namespace}/pods/{name}': {
          patch: {
            parameters: expect.arrayContaining([
              expect.objectContaining({ name: 'fieldValidation' }),
            ]) as unknown,
          },
        },
      },
    });
  });

  it('describes the fields of objects, for kubectl explain', async () => {
    const cluster = await start();
    const { body } = await cluster.call('GET', '/openapi/v3/api/v1');
    expect(body).toMatchObject({
      components: {
        schemas: {
          'io.k8s.api.core.v1.Pod': {
            'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
            properties: { spec: { $ref: '#/components/schemas/PodSpec' } },
          },
          PodSpec: {
            properties: {
              containers: { type: 'array', items: { $ref: '#/components/schemas/Container' } },
            },
          },
        },
      },
    });
  });

  it('tells required fields in OpenAPI, and answers the form kubectl falls back to', async () => {
    const cluster = await start();
    const { body } = await cluster.call('GET', '/openapi/v3/api/v1');
    expect(body).toMatchObject({
      components: { schemas: { PodSpec: { required: ['containers'] } } },
    });
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const response = await fetch(`${cluster.server.url}/openapi/v2`, {
      headers: { authorization: 'Bearer admin', accept },
    });
    expect(response.headers.get('content-type')).toBe(
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    // Field 1 is the version of Swagger, field 2 the title and the version of what is described.
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('\n\u00032.0');
    expect(bytes.toString('latin1')).toContain('Kubernetes');
  });

  it('is healthy, and has a version', async () => {
    const cluster = await start();
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping'])
      expect((await cluster.call('GET', path)).body).toEqual({ text: 'ok' });
    expect((await cluster.call('GET', '/version')).body).toMatchObject({
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0+millrace',
    });
  });
});

describe('faults', () => {
  const withNext = async (next: { interception: Interception }): Promise<Fixture> =>
    start({ interceptor: { request: () => next.interception } });

  it('can answer instead of the server', async () => {
    const next: { interception: Interception } = {
      interception: {
        action: 'answer',
        status: tooManyRequests('slow down', 1).status,
        retryAfterSeconds: 2,
      },
    };
    const cluster = await withNext(next);
    const { code, headers } = await cluster.call('POST', podsPath, podOf('a'));
    expect([code, headers.get('retry-after')]).toEqual([429, '2']);
    next.interception = { action: 'serve' };
    expect((await cluster.call('GET', `${podsPath}/a`)).code).toBe(404);
  });

  it('can drop the connection before or after the work is done', async () => {
    const next: { interception: Interception } = { interception: { action: 'drop' } };
    const cluster = await withNext(next);
    await expect(cluster.call('POST', podsPath, podOf('a'))).rejects.toThrow();
    next.interception = { action: 'lose-answer' };
    await expect(cluster.call('POST', podsPath, podOf('b'))).rejects.toThrow();
    next.interception = { action: 'serve' };
    expect((await cluster.call('GET', `${podsPath}/a`)).code).toBe(404);
    expect((await cluster.call('GET', `${podsPath}/b`)).code).toBe(200);
    expect(cluster.requests.filter(({ verb }) => verb === 'create')).toHaveLength(2);
  });

  it('can end a watch in order', async () => {
    const cuts: (() => void)[] = [];
    const cluster = await start({
      interceptor: { opened: (stream) => void cuts.push(() => stream.cut('finish')) },
    });
    const watch = await openWatch(cluster, `${podsPath}?watch=true`);
    cuts[0]?.();
    expect(await watch.next()).toBeUndefined();
  });
});

describe('connections', () => {
  it('reads the next request after a refused one with a body', async () => {
    const cluster = await start();
    const { hostname, port } = new URL(cluster.server.url);
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (path: string): Promise<number> => {
      const sent = request({
        hostname,
        port,
        path,
        method: 'POST',
        agent,
        headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
      });
      sent.end(JSON.stringify({ metadata: { name: 'a' }, data: { x: 'x'.repeat(200_000) } }));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.statusCode ?? 0;
    };
    expect([
      await send('/api/v1/namespaces/default/widgets'),
      await send('/api/v1/namespaces/default/configmaps'),
    ]).toEqual([404, 201]);
    agent.destroy();
  });

  it('ends open watches when the server closes', async () => {
    const cluster = await startFixture();
    const watch = await openWatch(cluster, `${podsPath}?watch=true`);
    await cluster.close();
    expect(await watch.next()).toBeUndefined();
  });
});

it('takes requests without a token as anonymous where that is allowed', async () => {
  const cluster = await start({ anonymous: true });
  expect((await fetch(`${cluster.server.url}/version`)).status).toBe(200);
  const refused = await fetch(`${cluster.server.url}${podsPath}`);
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    {
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
    },
  ]);
});

it('answers 500 to a defect and tells the log', async () => {
  const told: unknown[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => void told.push([message, fields?.['path']]),
    child: () => logger,
  };
  const cluster = await start({
    logger,
    interceptor: { request: () => Promise.reject(new Error('broken')) },
  });
  expect(await cluster.call('GET', podsPath)).toMatchObject({
    code: 500,
    body: { reason: 'InternalError', message: 'Internal error occurred: broken' },
  });
  expect(told).toEqual([['a request failed inside the API server', podsPath]]);
});
