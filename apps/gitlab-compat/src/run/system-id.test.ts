import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@millrace/async';
import { silentLogger } from '@millrace/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSystemId } from './system-id.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-system-id-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = (machineIdFiles: readonly string[] = []): Promise<string> =>
  readSystemId({
    configFile: join(folder, 'config.toml'),
    random: systemRandom(),
    logger: silentLogger,
    signal: new AbortController().signal,
    machineIdFiles,
  });
const stored = (): Promise<string> => readFile(join(folder, '.runner_system_id'), 'utf8');

it('is made from the machine’s id, and is the same again', async () => {
  await writeFile(join(folder, 'machine'), 'abc\n');
  const id = await read([join(folder, 'machine')]);
  expect(id).toMatch(/^s_[0-9a-f]{12}$/);
  expect(await stored()).toBe(id);
  await rm(join(folder, '.runner_system_id'));
  expect(await read([join(folder, 'machine')])).toBe(id);
});

it('is made by chance where the machine has none, and kept', async () => {
  const id = await read();
  expect(id).toMatch(/^r_[0-9a-zA-Z]{12}$/);
  expect(await read()).toBe(id);
});

it('is made anew when the file holds something else', async () => {
  await writeFile(join(folder, '.runner_system_id'), 'x');
  expect(await read()).toMatch(/^r_/);
  expect(await stored()).toMatch(/^r_/);
});
