import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  failure,
  json,
  startServer,
  type LocalServer,
} from '../testing/local-server.test.helpers.ts';
import { testConnection, unlimited, until } from '../testing/test-connection.test.helpers.ts';

async function tokenFile(value: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'token');
  await writeFile(path, value);
  return path;
}

/** Accepts one token. */
function guarded(accepted: () => string): Promise<LocalServer> {
  return startServer((request, response) => {
    if (request.headers.authorization === `Bearer ${accepted()}`) json(response, 200, {});
    else failure(response, 401, 'Unauthorized', 'Unauthorized');
  });
}

it('reads the token file again after a minute', async () => {
  const path = await tokenFile('one\n');
  const server = await guarded(() => 'one');
  const { api, clock } = testConnection(server.url, { facts: { tokenFile: path } });
  await api.version(unlimited());
  await writeFile(path, 'two');
  await api.version(unlimited());
  await clock.advance(61_000);
  await api.version(unlimited()).catch(() => undefined);
  const tokens = server.seen.map((one) => one.headers.authorization);
  expect(tokens).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
});

it('reads the token file again, once, when the server refuses the token', async () => {
  const path = await tokenFile('one');
  let accepted = 'one';
  const server = await guarded(() => accepted);
  const { api } = testConnection(server.url, { facts: { tokenFile: path } });
  await api.version(unlimited());
  await writeFile(path, 'two');
  accepted = 'two';
  await api.version(unlimited());
  expect(server.seen).toHaveLength(3);
  accepted = 'three';
  await expect(api.version(unlimited())).rejects.toMatchObject({ reason: 'api_unauthorized' });
  expect(server.seen).toHaveLength(4);
});

it('keeps the last token while the file cannot be read', async () => {
  const path = await tokenFile('one');
  const server = await guarded(() => 'one');
  const { api, clock, logged } = testConnection(server.url, { facts: { tokenFile: path } });
  await api.version(unlimited());
  await writeFile(path, '');
  await clock.advance(61_000);
  await api.version(unlimited());
  expect(logged[0]).toContain('Cannot read the token file again');
});

it('fetches new facts once for many calls that were refused together', async () => {
  const server = await guarded(() => 'fresh');
  let refreshed = 0;
  const { api } = testConnection(server.url, {
    refresh: async () => {
      refreshed += 1;
      await until(() => server.seen.length === 4);
      return { server: server.url, source: 'test', token: 'fresh' };
    },
  });
  await Promise.all([1, 2, 3, 4].map(() => api.version(unlimited())));
  expect(refreshed).toBe(1);
});

it('goes on renewing for the others when the call that came first is canceled', async () => {
  const server = await guarded(() => 'fresh');
  const mayRefresh = Promise.withResolvers<true>();
  const { api } = testConnection(server.url, {
    refresh: async ({ signal }) => {
      await mayRefresh.promise;
      signal.throwIfAborted();
      return { server: server.url, source: 'test', token: 'fresh' };
    },
  });
  const controller = new AbortController();
  const first = api.version({ signal: controller.signal }).catch(String);
  await until(() => server.seen.length === 1);
  const second = api.version(unlimited());
  await until(() => server.seen.length === 2);
  controller.abort(new Error('job canceled'));
  expect(await first).toBe('Error: job canceled');
  mayRefresh.resolve(true);
  expect(await second).toEqual({});
});

it('fetches new facts before the old ones end', async () => {
  const server = await guarded(() => 'fresh');
  const { api, clock } = testConnection(server.url, {
    facts: { expiresAt: 100_000 },
    refresh: () => Promise.resolve({ server: server.url, source: 'test', token: 'fresh' }),
  });
  await clock.advance(80_000);
  await api.version(unlimited());
  expect(server.seen).toHaveLength(1);
});
