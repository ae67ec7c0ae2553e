import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobOffer } from '@millrace/gitlab-protocol';
import type { JobMemory } from './job-memory.ts';

/** A job as the server gave it, and the numbers it got here. Plain JSON; holds secrets. */
export interface SavedOffer {
  readonly offer: JobOffer;
  readonly slots: JobMemory['slots'];
}

const file = (folder: string): string => join(folder, 'offer.json');

/** Writes a job down before the server is told that it is taken. */
export async function saveOffer(folder: string, saved: SavedOffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file(folder)}.new`;
  await writeFile(unfinished, JSON.stringify(saved), { mode: 0o600, flush: true });
  await rename(unfinished, file(folder));
}

/** Forgets a job and its log. The offer goes first: what is left of a log is no job. */
export async function removeOffer(folder: string): Promise<void> {
  await rm(file(folder), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Jobs below a folder that were taken, by the names of their folders. */
export async function savedOffers(folder: string): Promise<ReadonlyMap<string, SavedOffer>> {
  const found = new Map<string, SavedOffer>();
  for (const name of await readdir(folder)) {
    const text = await readFile(file(join(folder, name)), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    found.set(name, JSON.parse(text) as SavedOffer);
  }
  return found;
}
