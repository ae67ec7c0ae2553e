import { inspect } from 'node:util';
import { isRunnerError, type KubeObject, type RunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { failure, json, startServer } from '../testing/local-server.test.helpers.ts';
import {
  pods,
  testConnection,
  token,
  unlimited,
  until,
} from '../testing/test-connection.test.helpers.ts';

const ref = { type: pods, namespace: 'ci', name: 'build-1' };
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'build-1', namespace: 'ci', labels: { 'millrace.dev/job': '42' } },
};

async function failureOf(work: Promise<unknown>): Promise<RunnerError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isRunnerError(error)) throw new Error(`not a RunnerError: ${inspect(error)}`);
  return error;
}

describe('connections', () => {
  it('keeps using its sockets: two for calls in a row, four for fifty at once', async () => {
    const server = await startServer((_request, response) => json(response, 200, pod));
    const { api } = testConnection(server.url);
    for (let call = 0; call < 50; call += 1) await api.get(ref, unlimited());
    expect(server.sockets()).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 50 }, () => api.get(ref, unlimited())));
    expect(server.sockets()).toBeLessThanOrEqual(4);
    expect(api.requests()).toEqual({
      requests: 100,
      upgrades: 0,
      watches: 0,
      byCall: { 'get pods': 100 },
    });
  });

  it('sends a delete with its content length, so the next request on the socket is understood', async () => {
    const server = await startServer((_request, response) => json(response, 200, pod));
    const { api } = testConnection(server.url, { limits: { requestSockets: 1 } });
    const how = { gracePeriodSeconds: 0, preconditions: { uid: 'u1' } };
    expect(await api.delete(ref, how, unlimited())).toBe(true);
    await api.get(ref, unlimited());
    const [first] = server.seen;
    expect(first?.headers['content-length']).toBe(String(first?.body.length));
    expect(JSON.parse(first?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...how,
    });
    expect(server.sockets()).toBe(1);
  });

  it('keeps the path prefix of the server and names itself', async () => {
    const server = await startServer((_request, response) => json(response, 200, pod));
    const { api } = testConnection(`${server.url}/clusters/one`, {
      facts: { impersonateUser: 'ci-bot' },
    });
    await api.get(ref, unlimited());
    expect(server.seen[0]).toMatchObject({
      path: '/clusters/one/api/v1/namespaces/ci/pods/build-1',
      headers: {
        'user-agent': 'millrace-test/1',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'impersonate-user': 'ci-bot',
      },
    });
  });
});

describe('objects', () => {
  it('keeps fields that no model knows, both ways', async () => {
    const future = { ...pod, spec: { fieldOfTomorrow: { a: [1] } } };
    const server = await startServer((request, response) =>
      json(response, 201, JSON.parse(request.body)),
    );
    const { api } = testConnection(server.url);
    expect(await api.create(pods, future, { ...unlimited(), dryRun: true })).toEqual(future);
    expect(server.seen[0]?.query.get('dryRun')).toBe('All');
  });

  it.each([
    ['merge', 'application/merge-patch+json'],
    ['strategic', 'application/strategic-merge-patch+json'],
    ['json', 'application/json-patch+json'],
    ['apply', 'application/apply-patch+yaml'],
  ] as const)('sends a %s patch as %s', async (kind, mediaType) => {
    const server = await startServer((_request, response) => json(response, 200, pod));
    const { api } = testConnection(server.url);
    await api.patch(ref, kind, {}, unlimited());
    expect(server.seen[0]?.headers['content-type']).toBe(mediaType);
  });

  it('puts the type, which the API leaves out, into the items of a list, and follows its pages', async () => {
    const item = { metadata: { name: 'a' } };
    const server = await startServer((request, response) => {
      const last = request.query.has('continue');
      json(response, 200, {
        metadata: { resourceVersion: '7', ...(!last && { continue: 'next' }) },
        items: [item],
      });
    });
    const { api } = testConnection(server.url);
    const typed = { ...item, apiVersion: 'v1', kind: 'Pod' };
    const selection = { type: pods, namespace: 'ci', labelSelector: 'a=b' };
    expect(await api.list(selection, unlimited())).toEqual([typed, typed]);
    expect(server.seen[1]?.query.get('labelSelector')).toBe('a=b');
  });

  it('lists without pages when the continue token has expired', async () => {
    const server = await startServer((request, response) => {
      if (request.query.has('continue')) failure(response, 410, 'Expired');
      else if (request.query.has('limit'))
        json(response, 200, { metadata: { continue: 'x' }, items: [pod] });
      else json(response, 200, { metadata: {}, items: [pod, pod, pod] });
    });
    const { api } = testConnection(server.url);
    expect(await api.list({ type: pods, namespace: 'ci' }, unlimited())).toHaveLength(3);
  });

  it('asks for a right and for the version', async () => {
    const server = await startServer((request, response) => {
      if (request.path === '/version') json(response, 200, { major: '1', minor: '36' });
      else json(response, 201, { status: { allowed: request.body.includes('watch') } });
    });
    const { api } = testConnection(server.url);
    const question = { group: '', resource: 'pods', namespace: 'ci' };
    expect(await api.can({ ...question, verb: 'watch' }, unlimited())).toBe(true);
    expect(await api.can({ ...question, verb: 'list' }, unlimited())).toBe(false);
    expect(await api.version(unlimited())).toMatchObject({ minor: '36' });
  });
});

describe('repetition', () => {
  it('waits as long as Retry-After says', async () => {
    let answers = 0;
    const server = await startServer((_request, response) => {
      answers += 1;
      if (answers === 1) failure(response, 429, 'TooManyRequests', 'later', { 'retry-after': '7' });
      else json(response, 200, pod);
    });
    const { api, pauses } = testConnection(server.url);
    await api.get(ref, unlimited());
    expect(pauses).toEqual([7000]);
  });

  it('gives up at once when the pause would outlast the time limit', async () => {
    const server = await startServer((_request, response) =>
      failure(response, 429, 'TooManyRequests', 'later', { 'retry-after': '600' }),
    );
    const { api } = testConnection(server.url);
    const error = await failureOf(api.get(ref, unlimited()));
    expect(error).toMatchObject({ code: 'MILLRACE_E_KUBE_TOO_MANY_REQUESTS' });
    expect(error.details).toMatchObject({ retryAfter: 600_000, httpStatus: 429 });
    expect(server.seen).toHaveLength(1);
  });

  it('tries five times in all, with growing pauses, then throws the last error', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><body><h1>502 Bad Gateway</h1>nginx</body></html>');
    });
    const { api, pauses } = testConnection(server.url);
    const error = await failureOf(api.get(ref, unlimited()));
    expect(error.message).toBe('get pods "build-1": 502 Bad Gateway nginx (502)');
    expect(pauses).toEqual([500, 1000, 2000, 2000]);
  });

  it("repeats what the operator's table says, as often as it says", async () => {
    const server = await startServer((_request, response) =>
      failure(response, 403, 'Forbidden', 'exceeded quota: compute'),
    );
    const attemptsFor = (text: string): number | undefined =>
      text.includes('exceeded quota') ? 3 : undefined;
    const { api } = testConnection(server.url, { attemptsFor });
    expect(await failureOf(api.create(pods, pod, unlimited()))).toMatchObject({
      reason: 'quota_exceeded',
    });
    expect(server.seen).toHaveLength(3);
  });

  it('repeats a create whose answer was lost, and takes the object for its own by the job label', async () => {
    const server = await startServer((request, response) => {
      if (request.method === 'GET') json(response, 200, { ...pod, status: { phase: 'Pending' } });
      else if (server.seen.length === 1) response.destroy();
      else failure(response, 409, 'AlreadyExists', 'pods "build-1" already exists');
    });
    const { api } = testConnection(server.url);
    expect(await api.create(pods, pod, unlimited())).toHaveProperty('status.phase', 'Pending');
    expect(server.seen.map((one) => one.method)).toEqual(['POST', 'POST', 'GET']);
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body);
  });

  it.each([
    ['carries another job', { labels: { 'millrace.dev/job': '43' } }],
    ['is being deleted', { labels: { 'millrace.dev/job': '42' }, deletionTimestamp: 'now' }],
  ])('refuses an existing object that %s', async (_what, metadata) => {
    const server = await startServer((request, response) => {
      if (request.method === 'GET') json(response, 200, { ...pod, metadata });
      else failure(response, 409, 'AlreadyExists');
    });
    const { api } = testConnection(server.url);
    expect(await failureOf(api.create(pods, pod, unlimited()))).toMatchObject({
      reason: 'api_already_exists',
    });
  });

  it('says that an object may be there when only the last try surely did not make it', async () => {
    const server = await startServer((_request, response) => {
      if (server.seen.length === 1) response.destroy();
      else failure(response, 429, 'TooManyRequests');
    });
    const { api } = testConnection(server.url);
    const error = await failureOf(api.create(pods, pod, unlimited()));
    expect(error).toMatchObject({ reason: 'api_overloaded', details: { processed: true } });
  });

  it('does not believe a refusal shortly after the server was lost', async () => {
    const server = await startServer((_request, response) => {
      const number = server.seen.length;
      if (number === 1) response.destroy();
      else if (number === 2) failure(response, 403, 'Forbidden');
      else if (number === 3) failure(response, 401, 'Unauthorized');
      else if (number === 4) json(response, 200, pod);
      else failure(response, 403, 'Forbidden');
    });
    const { api, clock } = testConnection(server.url);
    expect(await api.get(ref, unlimited())).toEqual(pod);
    await clock.advance(15_001);
    const error = await failureOf(api.get(ref, unlimited()));
    expect(error).toMatchObject({ reason: 'api_forbidden', retry: 'never' });
    expect(server.seen).toHaveLength(5);
  });

  it('does not repeat what might happen twice', async () => {
    const server = await startServer((_request, response) => response.destroy());
    const { api } = testConnection(server.url);
    const unnamed = { ...pod, metadata: { namespace: 'ci', generateName: 'x-' } };
    await failureOf(api.create(pods, unnamed, unlimited()));
    await failureOf(api.patch(ref, 'json', [], unlimited()));
    expect(server.seen).toHaveLength(2);
  });

  it('counts an object as deleted by the try whose answer was lost', async () => {
    const server = await startServer((_request, response) => {
      if (server.seen.length === 1) response.destroy();
      else failure(response, 404, 'NotFound');
    });
    const { api } = testConnection(server.url);
    expect(await api.delete(ref, {}, unlimited())).toBe(true);
    expect(await api.delete(ref, {}, unlimited())).toBe(false);
  });
});

describe('ends', () => {
  it('stops waiting for an answer after the time limit and names the call', async () => {
    const server = await startServer(() => undefined);
    const { api, clock } = testConnection(server.url, { limits: { attemptTimeout: 60_000 } });
    const result = failureOf(api.get(ref, { ...unlimited(), timeout: 10_000 }));
    await until(() => server.seen.length === 1);
    await clock.advance(10_000);
    expect(await result).toMatchObject({
      code: 'MILLRACE_E_KUBE_TIMEOUT',
      message: 'get pods "build-1": no answer within 10000 ms',
    });
    expect(clock.pending()).toBe(0);
  });

  it('names what went wrong before, and the way out of that, when the time is over', async () => {
    const server = await startServer((_request, response) => {
      if (server.seen.length === 1) response.end('<title>Log in');
    });
    const { api, clock } = testConnection(server.url, { limits: { attemptTimeout: 60_000 } });
    const result = failureOf(api.get(ref, { ...unlimited(), timeout: 10_000 }));
    await until(() => server.seen.length === 2);
    await clock.advance(10_000);
    const error = await result;
    expect(error.code).toBe('MILLRACE_E_KUBE_TIMEOUT');
    expect(error.message).toContain('before that: ');
    expect(error.message).toContain('not JSON');
    expect(error.hint).toContain('login page');
  });

  it('tries again after a try that took too long', async () => {
    const server = await startServer((_request, response) => {
      if (server.seen.length > 1) json(response, 200, pod);
    });
    const { api, clock } = testConnection(server.url);
    const result = api.get(ref, unlimited());
    await until(() => server.seen.length === 1);
    await clock.advance(30_000);
    expect(await result).toEqual(pod);
  });

  it("ends with the caller's own reason when the signal aborts", async () => {
    const server = await startServer(() => undefined);
    const { api } = testConnection(server.url);
    const controller = new AbortController();
    const result = api.get(ref, { signal: controller.signal });
    await until(() => server.seen.length === 1);
    controller.abort(new Error('job canceled'));
    await expect(result).rejects.toThrow('job canceled');
  });

  it('refuses an answer larger than the limit', async () => {
    const server = await startServer((_request, response) =>
      json(response, 200, { ...pod, data: 'x'.repeat(5000) }),
    );
    const { api } = testConnection(server.url, { limits: { maxResponseBytes: 1000 } });
    expect(await failureOf(api.get(ref, unlimited()))).toMatchObject({
      code: 'MILLRACE_E_KUBE_RESPONSE_TOO_LARGE',
    });
  });

  it('says so when the answer is not JSON', async () => {
    const server = await startServer((_request, response) => response.end('<title>Log in'));
    const { api } = testConnection(server.url);
    expect(await failureOf(api.get(ref, unlimited()))).toMatchObject({
      code: 'MILLRACE_E_KUBE_BAD_ANSWER',
    });
  });

  it('names the address and what to check when nothing listens', async () => {
    const { api } = testConnection('http://127.0.0.1:1');
    const error = await failureOf(api.version(unlimited()));
    expect(error).toMatchObject({ reason: 'api_unreachable', retry: 'operation' });
    expect(error.message).toContain('cannot reach http://127.0.0.1:1: nothing listens there');
  });

  it('fails at once after the connection was closed', async () => {
    const server = await startServer((_request, response) => json(response, 200, pod));
    const { api } = testConnection(server.url);
    await api.get(ref, unlimited());
    await api.close();
    expect(await failureOf(api.get(ref, unlimited()))).toMatchObject({
      code: 'MILLRACE_E_KUBE_CLOSED',
    });
  });

  it.each([
    ['a refusal', 403],
    ['a lost connection', 0],
    ['an unauthorized answer', 401],
  ])('never shows the token in the error of %s', async (_what, code) => {
    const server = await startServer((_request, response) => {
      if (code === 0) response.destroy();
      else failure(response, code, 'Forbidden', 'no');
    });
    const { api, logged } = testConnection(server.url);
    const error = await failureOf(api.create(pods, pod, unlimited()));
    const shown = inspect(error, { depth: 20, showHidden: true }) + logged.join('\n');
    expect(shown).not.toContain(token);
  });
});
