import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { savedFile } from './saved-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-saved-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = (): string => join(folder, 'state.json');
const content = async (): Promise<unknown> => JSON.parse(await readFile(file(), 'utf8'));

it('holds the last of many values', async () => {
  const saved = savedFile(file(), 0);
  for (let value = 1; value <= 50; value += 1) saved.put(value);
  await saved.settled({ sync: false });
  expect(await content()).toBe(50);
  expect(saved.saved()).toBe(50);
});

it('never goes back to an older value, also when a sync is asked for in the middle of a write', async () => {
  const saved = savedFile(file(), 0);
  for (let value = 1; value <= 20; value += 1) {
    saved.put(value);
    await Promise.all([saved.settled({ sync: true }), saved.settled({ sync: true })]);
    expect(saved.saved()).toBe(value);
    expect(await content()).toBe(value);
  }
});

it('counts as saved only what is in the file', async () => {
  const saved = savedFile(file(), 0);
  saved.put(1);
  expect(saved.saved()).toBe(0);
  await saved.settled({ sync: false });
  expect(saved.saved()).toBe(1);
});

it('tells a failed write to whoever waits, and writes again when it can', async () => {
  const saved = savedFile(file(), 0);
  const inTheWay = `${file()}.new`;
  await mkdir(inTheWay);
  saved.put(1);
  await expect(saved.settled({ sync: false })).rejects.toThrow('EISDIR');
  expect(saved.saved()).toBe(0);
  await rmdir(inTheWay);
  await saved.settled({ sync: false });
  expect(saved.saved()).toBe(1);
  saved.put(2);
  await saved.settled({ sync: false });
  expect(await content()).toBe(2);
});
