import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RunnerError } from '@millrace/core';

/** A pipeline on this machine. */
export interface LocalPipeline {
  /** The folder that its files belong to: the workspace of its steps. */
  readonly folder: string;
  /** Names as the user writes them, for messages. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
}

/** Where a server looks, in this order. */
const usualPlaces = ['.woodpecker', '.woodpecker.yaml', '.woodpecker.yml'];
const isWorkflowFile = (name: string): boolean => /\.ya?ml$/u.test(name);

/**
 * Reads a workflow file, or every one of a folder.
 * @param path - file, `.woodpecker` folder, or project folder; where a server looks, below the working directory, when absent
 * @throws RunnerError `MILLRACE_E_PIPELINE_UNREADABLE`
 */
export async function findPipeline(
  path: string | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<LocalPipeline> {
  const given = path ?? '.';
  const kind = await kindOf(given);
  if (kind === 'nothing') throw unreadable(given, 'it is not there');
  if (kind === 'file') {
    const folder = dirname(resolve(given));
    return {
      folder: basename(folder) === usualPlaces[0] ? dirname(folder) : folder,
      files: [await read(given, signal)],
    };
  }
  const folder = resolve(given);
  if (basename(folder) === usualPlaces[0])
    return { folder: dirname(folder), files: await filesOf(given, signal) };
  for (const place of usualPlaces) {
    const candidate = path === undefined ? place : join(given, place);
    const found = await kindOf(candidate);
    if (found === 'folder') return { folder, files: await filesOf(candidate, signal) };
    if (found === 'file') return { folder, files: [await read(candidate, signal)] };
  }
  throw unreadable(given, `it has no ${usualPlaces.join(', ')}`);
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'nothing';
  return stats.isDirectory() ? 'folder' : 'file';
}

async function filesOf(folder: string, signal: AbortSignal): Promise<LocalPipeline['files']> {
  const names = (await readdir(folder)).filter(isWorkflowFile).toSorted();
  if (names.length === 0) throw unreadable(folder, 'it has no file that ends in .yaml or .yml');
  return Promise.all(names.map((name) => read(join(folder, name), signal)));
}

async function read(
  file: string,
  signal: AbortSignal,
): Promise<{ readonly file: string; readonly text: string }> {
  try {
    return { file, text: await readFile(file, { encoding: 'utf8', signal }) };
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause));
  }
}

const unreadable = (path: string, why: string): RunnerError =>
  new RunnerError(`the pipeline ${path} cannot be read: ${why}`, {
    code: 'MILLRACE_E_PIPELINE_UNREADABLE',
    kind: 'config',
    hint: 'run the command where .woodpecker.yaml or .woodpecker/ is, or name the file or folder',
  });
