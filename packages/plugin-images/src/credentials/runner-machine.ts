import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A Docker configuration on the runner's machine. */
export interface CredentialFile {
  readonly path: string;
  /** Its text, or why it could not be read. */
  readonly content: { readonly text: string } | { readonly fault: string };
}

/** The first of some files that exists; `~` is the home directory of the runner's user. */
export async function readFirstFile(paths: readonly string[]): Promise<CredentialFile | undefined> {
  for (const written of paths) {
    const path = written.startsWith('~/') ? join(homedir(), written.slice(2)) : written;
    try {
      // The order decides, so they are not read at the same time.
      return { path, content: { text: await readFile(path, 'utf8') } };
    } catch (thrown) {
      const failure = thrown as NodeJS.ErrnoException;
      if (failure.code === 'ENOENT' || failure.code === 'ENOTDIR') continue;
      return { path, content: { fault: failure.message } };
    }
  }
  return undefined;
}

/** Names of the programs in the folders of a search path that begin with `prefix`. */
export async function findPrograms(
  prefix: string,
  searchPath: string,
): Promise<ReadonlySet<string>> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  // A folder of the path that is not there is nothing unusual.
  const found = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  return new Set(found.flat().filter((name) => name.startsWith(prefix)));
}
