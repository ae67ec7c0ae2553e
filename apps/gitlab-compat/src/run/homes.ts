import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobStore, Logger } from '@millrace/core';
import { memoryStore, openDirectoryStore } from '@millrace/engine';

/** What of a runner outlives its generations: records and logs of its jobs. */
export interface Home {
  readonly store: JobStore;
  /** Folder with a folder for each job. */
  readonly logs: string;
}

/** The places of all runners that this process has met. */
export interface Homes {
  /**
   * Opens a runner's place, or gives the one that is open.
   * @returns `isNew` when it was opened by this call: what an earlier process has left is in it
   * @throws RunnerError `MILLRACE_E_STATE_LOCKED` when another process works in it
   */
  readonly of: (runnerId: string) => Promise<{ readonly home: Home; readonly isNew: boolean }>;
  readonly close: () => Promise<void>;
}

/** Where places lie. */
export interface HomesOptions {
  /** Folder with a folder for each runner. */
  readonly state: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Keeps the places below one folder. Where that cannot be written, jobs run all the same: their records live as long as
 * the process and their logs in a temporary folder, and nobody adopts them. One warning says so.
 */
export function createHomes({ state, logger, signal }: HomesOptions): Homes {
  const homes = new Map<string, Home>();
  const closing: (() => Promise<void>)[] = [];
  let temporary: string | undefined;

  const inState = async (runnerId: string): Promise<Home> => {
    const folder = join(state, runnerId);
    const logs = join(folder, 'logs');
    await mkdir(logs, { recursive: true, mode: 0o700 });
    const store = await openDirectoryStore(join(folder, 'records'), { signal });
    closing.push(store.close);
    return { store, logs };
  };
  const inMemory = async (runnerId: string, why: string): Promise<Home> => {
    if (temporary === undefined) {
      logger.warn(
        `The state directory ${state} cannot be written: jobs run, and do not survive the end of this process. ${why}`,
      );
      const folder = await mkdtemp(join(tmpdir(), 'millrace-state-'));
      temporary = folder;
      closing.push(() => rm(folder, { recursive: true, force: true }));
    }
    const logs = join(temporary, runnerId);
    await mkdir(logs, { mode: 0o700 });
    return { store: memoryStore(), logs };
  };

  return {
    of: async (runnerId) => {
      const known = homes.get(runnerId);
      if (known !== undefined) return { home: known, isNew: false };
      const home = await inState(runnerId).catch((failure: unknown) => {
        if (!isUnwritable(failure)) throw failure;
        return inMemory(runnerId, failure.message);
      });
      homes.set(runnerId, home);
      return { home, isNew: true };
    },
    close: async () => {
      for (const close of closing.splice(0)) await close();
    },
  };
}

const unwritable: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

const isUnwritable = (failure: unknown): failure is Error =>
  failure instanceof Error &&
  'code' in failure &&
  typeof failure.code === 'string' &&
  unwritable.has(failure.code);
