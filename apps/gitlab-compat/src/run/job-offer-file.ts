import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobResult } from '@millrace/core';
import type { JobOffer } from '@millrace/gitlab-protocol';
import type { JobSlots } from './job-memory.ts';

/** A job as the server gave it, and what was decided about it before it had a record. Plain JSON; holds secrets. */
export interface SavedOffer {
  readonly offer: JobOffer;
  readonly slots: JobSlots;
  /** How it ended, where it could not even be planned. */
  readonly result?: JobResult;
}

/** What the folders of jobs below a folder say, by their names. */
export interface SavedOffers {
  readonly offers: ReadonlyMap<string, SavedOffer>;
  /** Jobs whose result the server has: only what is left of them is still to be removed. */
  readonly told: ReadonlySet<string>;
}

const offerFile = (folder: string): string => join(folder, 'offer.json');
const toldFile = (folder: string): string => join(folder, 'told.json');

/** Writes a job down before the server is told that it is taken. */
export async function saveOffer(folder: string, saved: SavedOffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${offerFile(folder)}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(saved));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, offerFile(folder));
}

/** Notes that nothing more is to be told of a job, in one step: whatever is left of it is only removed. */
export async function markTold(folder: string): Promise<void> {
  await rename(offerFile(folder), toldFile(folder));
}

/** Forgets a job and its log. */
export const removeOffer = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true });

/**
 * Jobs below a folder.
 * @param damaged - told of offers that cannot be read, which a crash cannot make; they are left as they are
 */
export async function savedOffers(
  folder: string,
  damaged: (name: string, why: string) => void,
): Promise<SavedOffers> {
  const offers = new Map<string, SavedOffer>();
  const told = new Set<string>();
  for (const name of await readdir(folder)) {
    if ((await textOf(toldFile(join(folder, name)))) !== undefined) {
      told.add(name);
      continue;
    }
    const text = await textOf(offerFile(join(folder, name)));
    if (text === undefined) continue;
    try {
      offers.set(name, JSON.parse(text) as SavedOffer);
    } catch (failure) {
      damaged(name, failure instanceof Error ? failure.message : String(failure));
    }
  }
  return { offers, told };
}

const textOf = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(() => undefined);
