import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packSources } from './pack-sources.ts';
import { unpackArtifacts } from './unpack-artifacts.ts';

const { signal } = new AbortController();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-unpack-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it.each<[string, readonly (Partial<Header> & { readonly name: string })[], string]>([
  ['a path upwards', [{ name: '../evil' }], 'MILLRACE_E_ARTIFACT_PATH'],
  ['a path upwards in the middle', [{ name: 'a/../../evil' }], 'MILLRACE_E_ARTIFACT_PATH'],
  ['an absolute path', [{ name: '/tmp/evil' }], 'MILLRACE_E_ARTIFACT_PATH'],
  [
    'a path through a link of the archive',
    [{ name: 'in/link', type: 'symlink', linkname: '..' }, { name: 'in/link/evil' }],
    'MILLRACE_E_ARTIFACT_PATH',
  ],
  ['a device', [{ name: 'evil', type: 'character-device' }], 'MILLRACE_E_ARTIFACT_TYPE'],
  [
    'a hard link',
    [{ name: 'evil', type: 'link', linkname: '/etc/passwd' }],
    'MILLRACE_E_ARTIFACT_TYPE',
  ],
])('refuses %s', async (_case, headers, code) => {
  const tar = pack();
  for (const header of headers) tar.entry(header, '');
  tar.finalize();
  const target = join(directory, 'root/in');
  await expect(
    unpackArtifacts(tar as AsyncIterable<Uint8Array>, target, { signal }),
  ).rejects.toMatchObject({ code });
  expect(existsSync(join(directory, 'root/evil'))).toBe(false);
  expect(existsSync(join(directory, 'evil'))).toBe(false);
});

it('replaces a link that lies in the place of a file, instead of writing through it', async () => {
  const tar = pack();
  tar.entry({ name: 'x', type: 'symlink', linkname: '../outside' });
  tar.entry({ name: 'x' }, 'content');
  tar.finalize();
  await unpackArtifacts(tar as AsyncIterable<Uint8Array>, join(directory, 'root'), { signal });
  expect(existsSync(join(directory, 'outside'))).toBe(false);
});

it('keeps the target of a symbolic link as it is', async () => {
  const link = { path: 'l', mode: 0o777, size: 0, content: [], linkTarget: '/elsewhere/x' };
  await unpackArtifacts(packSources([link]), directory, { signal });
  expect(readlinkSync(join(directory, 'l'))).toBe('/elsewhere/x');
});

it('makes no archive of a source that is shorter or longer than announced', async () => {
  for (const size of [2, 4]) {
    const source = { path: 'a', mode: 0o644, size, content: [Buffer.from('abc')] };
    const unpacked = unpackArtifacts(packSources([source]), directory, { signal });
    await expect(unpacked).rejects.toMatchObject({
      code: 'MILLRACE_E_SOURCE_CHANGED',
    });
  }
});
