import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHomes, type Homes } from './homes.ts';
import { recordedLog } from './recorded-log.test.helper.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-homes-'));
});
afterEach(() => rm(root, { recursive: true }));

const { signal } = new AbortController();
const { signal: anySignal } = new AbortController();
function homesIn(state: string): { readonly homes: Homes; readonly said: readonly string[] } {
  const { logger, said } = recordedLog();
  return { homes: createHomes({ state, logger, signal }), said };
}

it('opens a place once, and keeps what is in it for the next process', async () => {
  const { homes } = homesIn(join(root, 'state'));
  const first = await homes.of('a');
  expect(first.isNew).toBe(true);
  expect(await homes.of('a')).toEqual({ home: first.home, isNew: false });
  await homes.close();
  expect(await readdir(join(root, 'state', 'a', 'records'))).toEqual([]);
});

it('a place that another process works in is not opened', async () => {
  const [one, other] = [homesIn(root), homesIn(root)];
  await one.homes.of('a');
  await expect(other.homes.of('a')).rejects.toMatchObject({ code: 'MILLRACE_E_STATE_LOCKED' });
  await one.homes.close();
  expect((await other.homes.of('a')).isNew).toBe(true);
  await other.homes.close();
});

it('where nothing can be written, places are temporary, with one warning', async () => {
  const state = join(root, 'state');
  await writeFile(state, 'in the way');
  const { homes, said } = homesIn(state);
  const [a, b] = [await homes.of('a'), await homes.of('b')];
  expect(said).toEqual([expect.stringContaining('cannot be written')]);
  expect(a.home.logs).not.toBe(b.home.logs);
  await writeFile(join(a.home.logs, 'x'), '');
  expect(await a.home.store.list({ signal: anySignal })).toEqual({ records: [], unreadable: [] });
  await homes.close();
  await expect(readdir(a.home.logs)).rejects.toThrow('ENOENT');
});
