import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPrograms, readFirstFile } from './runner-machine.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-images-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('the first file that exists counts', async () => {
  const [missing, there] = [join(folder, 'missing/config.json'), join(folder, 'there')];
  await writeFile(there, '{}');
  expect(await readFirstFile([missing, there])).toEqual({ path: there, content: { text: '{}' } });
});

it('a file that cannot be read is no reason to look further', async () => {
  expect(await readFirstFile([folder, join(folder, 'x')])).toMatchObject({
    path: folder,
    content: { fault: expect.stringContaining('EISDIR') as string },
  });
});

it('there may be none', async () => {
  expect(await readFirstFile([join(folder, 'x')])).toBeUndefined();
});

it('programs are found in the folders of a search path that exist', async () => {
  await writeFile(join(folder, 'docker-credential-pass'), '');
  await writeFile(join(folder, 'other'), '');
  const searchPath = ['', join(folder, 'missing'), folder].join(delimiter);
  expect(await findPrograms('docker-credential-', searchPath)).toEqual(
    new Set(['docker-credential-pass']),
  );
});
