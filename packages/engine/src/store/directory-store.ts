import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  isRunnerError,
  RunnerError,
  type JobRecord,
  type JobStore,
  type StoredRecord,
  type UnreadableRecord,
} from '@millrace/core';
import { lockDirectory } from './directory-lock.ts';

const RECORD_VERSION = 1;
const maximumBytes = 256 * 1024;
/** What a record may grow by while its job runs: results of stages and units, and the stories of what went wrong. */
const room = 64 * 1024;

interface StoredFile {
  readonly revision: number;
  readonly record: Omit<JobRecord, 'version'> & { readonly version: number };
}

/** A store in a directory of its own. */
export interface DirectoryStore extends JobStore {
  /** Lets another process have the directory; records stay. Safe to repeat. */
  readonly close: () => Promise<void>;
}

/**
 * Records of jobs as files, one a job: directory 0700, files 0600, written beside and renamed, so that a record is
 * always whole. One process owns a directory at a time, so compare-and-swap is between calls of this process.
 * @throws RunnerError `MILLRACE_E_STATE_LOCKED` while another process has it
 */
export async function openDirectoryStore(
  directory: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<DirectoryStore> {
  signal.throwIfAborted();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const lock = await lockDirectory(directory, { signal });
  const jobOf = (name: string): string => decodeURIComponent(name.slice(0, -'.json'.length));
  const fileOf = (jobId: string): string => join(directory, `${encodeURIComponent(jobId)}.json`);
  const writes = new Map<string, Promise<unknown>>();
  /** Writes of one job follow each other; those of different jobs do not wait. */
  const inTurn = <T>(jobId: string, work: () => Promise<T>): Promise<T> => {
    const turn = (writes.get(jobId) ?? Promise.resolve()).then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    writes.set(jobId, settled);
    void settled.then(() => {
      if (writes.get(jobId) === settled) writes.delete(jobId);
    });
    return turn;
  };
  return {
    list: async () => {
      const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
      const read = await Promise.all(
        names.toSorted().map((name) => readOrExplain(join(directory, name), jobOf(name))),
      );
      const entries = read.filter((entry) => entry !== undefined);
      return {
        records: entries.filter((entry) => 'record' in entry),
        unreadable: entries.filter((entry) => 'error' in entry),
      };
    },
    read: (jobId) => readRecord(fileOf(jobId)),
    write: (record, revision) =>
      inTurn(record.jobId, async () => {
        const stored = await readRecord(fileOf(record.jobId));
        if ((stored?.revision ?? 0) !== revision) {
          throw new RunnerError(`the record of job ${record.jobId} was changed by another writer`, {
            code: 'MILLRACE_E_STORE_CONFLICT',
            kind: 'system',
            details: { expected: revision, found: stored?.revision ?? 0 },
          });
        }
        const next: StoredFile = { revision: revision + 1, record };
        await writeWhole(
          fileOf(record.jobId),
          next,
          revision === 0 ? maximumBytes - room : maximumBytes,
        );
        return next.revision;
      }),
    remove: (jobId) =>
      inTurn(jobId, async () => {
        await rm(fileOf(jobId), { force: true });
        await syncDirectory(directory);
      }),
    close: lock.release,
  };
}

/** A record that cannot be read hides no other: what is known of it is told instead. */
async function readOrExplain(
  file: string,
  jobId: string,
): Promise<StoredRecord | UnreadableRecord | undefined> {
  try {
    return await readRecord(file);
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { jobId, error: thrown, ...(await salvage(file)) };
  }
}

/** What other versions are taken to have in common with this one; nothing of a file that is not JSON. */
async function salvage(file: string): Promise<Omit<UnreadableRecord, 'jobId' | 'error'>> {
  try {
    const { record } = JSON.parse(await readFile(file, 'utf8')) as Partial<StoredFile>;
    const { objects, app, plan }: Partial<StoredFile['record']> = record ?? {};
    const credential = plan?.job.credential;
    return {
      objects: Array.isArray(objects) ? objects : [],
      app: app ?? {},
      ...(credential === undefined ? {} : { credential }),
    };
  } catch {
    return { objects: [], app: {} };
  }
}

async function readRecord(file: string): Promise<StoredRecord | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
  const { revision, record } = parse(text, file);
  if (record.version !== RECORD_VERSION) {
    throw new RunnerError(
      `the job record ${file} has version ${record.version}, this program reads ${RECORD_VERSION}`,
      {
        code: 'MILLRACE_E_STORE_VERSION',
        kind: 'system',
        reason: 'not_adopted',
        hint: 'start the program version that wrote it and let the job end, or remove the file',
      },
    );
  }
  return { revision, record: { ...record, version: RECORD_VERSION } };
}

function parse(text: string, file: string): StoredFile {
  try {
    return JSON.parse(text) as StoredFile;
  } catch (cause) {
    throw new RunnerError(`the job record ${file} is not JSON`, {
      code: 'MILLRACE_E_STORE_DAMAGED',
      kind: 'system',
      reason: 'not_adopted',
      hint: 'remove the file; its job is not adopted',
      cause,
    });
  }
}

async function writeWhole(file: string, content: StoredFile, limit: number): Promise<void> {
  const text = JSON.stringify(content);
  if (Buffer.byteLength(text) > limit) {
    throw new RunnerError(
      `the record of job ${content.record.jobId} has ${Buffer.byteLength(text)} bytes, at most ${limit} are kept`,
      {
        code: 'MILLRACE_E_STORE_SIZE',
        kind: 'system',
        hint: 'the job is too large to be adopted after a restart: shorten its scripts or variables',
      },
    );
  }
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncDirectory(dirname(file));
}

/** The new name survives a power cut only when the directory is on disk too. Windows cannot sync one. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
