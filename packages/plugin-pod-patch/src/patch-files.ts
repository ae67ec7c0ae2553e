import { readFile } from 'node:fs/promises';
import { PatchFault } from './patch-fault.ts';
import type { ConfiguredPatch } from './settings.ts';

/** Texts of patch files by path; a fault where a file cannot be read. */
export type PatchFiles = ReadonlyMap<string, string | PatchFault>;

/** Reads the files of all patches, because planning reads none. */
export async function readPatchFiles(patches: readonly ConfiguredPatch[]): Promise<PatchFiles> {
  const paths = new Set(patches.map(({ patchFile }) => patchFile).filter((path) => path !== ''));
  return new Map(
    await Promise.all([...paths].map(async (path) => [path, await read(path)] as const)),
  );
}

async function read(path: string): Promise<string | PatchFault> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return new PatchFault('load', faultOf(error, path));
  }
}

/** The words of the operating system, as Go tells them. */
const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  ENOTDIR: 'not a directory',
};

function faultOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EISDIR') return `read ${path}: is a directory`;
  return `open ${path}: ${words[code] ?? String(error)}`;
}
