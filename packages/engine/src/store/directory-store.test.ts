import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '@millrace/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectoryStore } from './directory-store.ts';

const { signal } = new AbortController();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-store-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const record = (jobId: string, app: JobRecord['app'] = {}): JobRecord => ({
  version: 1,
  jobId,
  runnerId: 'runner',
  plan: {
    version: 1,
    job: { id: jobId, name: '', namespace: '', timeoutSeconds: 1, masks: [], plugins: [] },
    units: [],
    objects: [],
    preconditions: [],
    decisions: [],
    log: [],
    refused: null,
    facts: [],
  },
  seed: 'seed',
  objects: [],
  units: [],
  receivedAt: 0,
  deadline: 0,
  app,
});

it('gives back what was written, also to another process', async () => {
  const store = await openDirectoryStore(join(directory, 'jobs'), { signal });
  expect(await store.write(record('a/b'), 0, { signal })).toBe(1);
  await store.close();
  const other = await openDirectoryStore(join(directory, 'jobs'), { signal });
  expect(await other.list({ signal })).toEqual({
    records: [{ record: record('a/b'), revision: 1 }],
    unreadable: [],
  });
  expect(await other.read('a/b', { signal })).toEqual({ record: record('a/b'), revision: 1 });
});

it('refuses a write over a revision that is not the last', async () => {
  const store = await openDirectoryStore(directory, { signal });
  await store.write(record('a'), 0, { signal });
  await store.write(record('a', { step: 1 }), 1, { signal });
  await expect(store.write(record('a', { step: 2 }), 1, { signal })).rejects.toMatchObject({
    code: 'MILLRACE_E_STORE_CONFLICT',
  });
  expect((await store.read('a', { signal }))?.record.app).toEqual({ step: 1 });
});

it('of two writes at once over one revision, one is refused', async () => {
  const store = await openDirectoryStore(directory, { signal });
  const results = await Promise.allSettled([
    store.write(record('a', { by: 1 }), 0, { signal }),
    store.write(record('a', { by: 2 }), 0, { signal }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

it('keeps the directory and its files to the owner', async () => {
  const store = await openDirectoryStore(join(directory, 'jobs'), { signal });
  await store.write(record('a'), 0, { signal });
  expect((await stat(join(directory, 'jobs'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, 'jobs', 'a.json'))).mode & 0o777).toBe(0o600);
});

it('a removed record is gone, and removing it again is fine', async () => {
  const store = await openDirectoryStore(directory, { signal });
  await store.write(record('a'), 0, { signal });
  await store.remove('a', { signal });
  await store.remove('a', { signal });
  expect(await store.read('a', { signal })).toBeUndefined();
  expect(await readdir(directory)).toEqual(['lock']);
  await store.close();
  expect(await readdir(directory)).toEqual([]);
});

it('a damaged file is named, with what to do, and hides no other', async () => {
  const store = await openDirectoryStore(directory, { signal });
  await store.write(record('b'), 0, { signal });
  await writeFile(join(directory, 'a%2F1.json'), '{');
  expect(await store.list({ signal })).toMatchObject({
    records: [{ record: { jobId: 'b' } }],
    unreadable: [
      {
        jobId: 'a/1',
        error: {
          code: 'MILLRACE_E_STORE_DAMAGED',
          message: expect.stringContaining('a%2F1.json'),
          hint: expect.stringContaining('remove'),
        },
        objects: [],
        app: {},
      },
    ],
  });
});

it('of a record of another version it tells what is needed to end the job and to clean up', async () => {
  const store = await openDirectoryStore(directory, { signal });
  const pod = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespace: 'n', name: 'p' };
  const later = { ...record('a', { server: 'https://gitlab.test' }), version: 2, objects: [pod] };
  await writeFile(join(directory, 'a.json'), JSON.stringify({ revision: 4, record: later }));
  expect(await store.list({ signal })).toMatchObject({
    records: [],
    unreadable: [
      {
        jobId: 'a',
        error: { code: 'MILLRACE_E_STORE_VERSION' },
        objects: [pod],
        app: { server: 'https://gitlab.test' },
      },
    ],
  });
});

it('a record that is too large is refused, not cut', async () => {
  const store = await openDirectoryStore(directory, { signal });
  await expect(
    store.write(record('a', { text: 'x'.repeat(300_000) }), 0, { signal }),
  ).rejects.toMatchObject({ code: 'MILLRACE_E_STORE_SIZE' });
});

it('a new record must leave room for what is added to it', async () => {
  const store = await openDirectoryStore(directory, { signal });
  const large = record('a', { text: 'x'.repeat(200_000) });
  await expect(store.write(large, 0, { signal })).rejects.toMatchObject({
    code: 'MILLRACE_E_STORE_SIZE',
  });
  await store.write(record('a'), 0, { signal });
  expect(await store.write(large, 1, { signal })).toBe(2);
});
