import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { packSources, type SourceFile } from '@millrace/job-driver';

const run = promisify(execFile);
const maximumListing = 256 * 2 ** 20;

/** Folder in a project where this program keeps artifacts and kubeconfigs; never part of the sources. */
export const ownFolder = '.millrace';

/** Names of the files that a local job works on, relative to the folder. */
export async function sourceFiles(
  folder: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const listed = await gitFiles(folder, signal);
  const names = listed ?? (await allFiles(folder));
  return names.filter((name) => !name.startsWith(`${ownFolder}/`)).toSorted();
}

/** The sources as a tar stream. A file that vanished since it was listed is left out. */
export function sourcesTar(
  folder: string,
  names: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  return packSources(entries(folder, names, signal));
}

async function* entries(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): AsyncIterable<SourceFile> {
  for (const name of names) {
    signal.throwIfAborted();
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) continue;
    const { mtime } = stats;
    if (stats.isSymbolicLink())
      yield {
        path: name,
        linkTarget: await readlink(path),
        mode: 0o777,
        mtime,
        size: 0,
        content: [],
      };
    else if (stats.isFile())
      yield {
        path: name,
        mode: stats.mode & 0o777,
        mtime,
        size: stats.size,
        content: createReadStream(path, { signal }),
      };
  }
}

/** Tracked files, and untracked ones that git does not ignore; undefined where there is no repository. */
async function gitFiles(
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  try {
    const { stdout } = await run(
      'git',
      ['-C', folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.'],
      { signal, maxBuffer: maximumListing },
    );
    return [...new Set(stdout.split('\0').filter((name) => name !== ''))];
  } catch (failure) {
    signal.throwIfAborted();
    if (failure instanceof Error) return undefined;
    throw failure;
  }
}

async function allFiles(folder: string): Promise<readonly string[]> {
  const listed = await readdir(folder, { recursive: true, withFileTypes: true });
  return listed
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !name.startsWith('.git/'));
}
