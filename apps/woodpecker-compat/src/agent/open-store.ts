import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobStore, Logger } from '@millrace/core';
import { memoryStore, openDirectoryStore } from '@millrace/engine';

/** What is remembered of workflows. */
export interface AgentStore {
  readonly store: JobStore;
  /** Folder beside the records; undefined when nothing outlives the process. */
  readonly folder: string | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens the agent's state directory. Where it cannot be written workflows run all the same, and nobody goes on with them;
 * one warning says so.
 * @throws RunnerError `MILLRACE_E_STATE_LOCKED` when another agent works in it
 */
export async function openStore(
  directory: string | undefined,
  logger: Logger,
  { signal }: { readonly signal: AbortSignal },
): Promise<AgentStore> {
  const inMemory = { store: memoryStore(), folder: undefined, close: () => Promise.resolve() };
  if (directory === undefined) return inMemory;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const store = await openDirectoryStore(join(directory, 'records'), { signal });
    return { store, folder: join(directory, 'workflows'), close: store.close };
  } catch (failure) {
    if (!isUnwritable(failure)) throw failure;
    logger.warn(
      `The state directory ${directory} cannot be written: workflows run, and do not survive the end of this process. ${failure.message}`,
    );
    return inMemory;
  }
}

const unwritable: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT']);

const isUnwritable = (failure: unknown): failure is Error =>
  failure instanceof Error &&
  'code' in failure &&
  typeof failure.code === 'string' &&
  unwritable.has(failure.code);
