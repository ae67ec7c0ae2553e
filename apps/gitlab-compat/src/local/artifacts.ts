import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isRunnerError, RunnerError } from '@millrace/core';

/** Artifacts of local jobs: one tar a job in a folder, so that a later run of another job finds them. */
export interface ArtifactFolder {
  readonly save: (
    job: string,
    tar: AsyncIterable<Uint8Array>,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  readonly open: (job: string) => AsyncIterable<Uint8Array>;
  /** Bytes of a job's artifacts; undefined when there are none. */
  readonly size: (job: string) => Promise<number | undefined>;
}

/** Opens a folder; it is made with the first artifact. Two runs may save at the same time: the later one wins. */
export function artifactFolder(folder: string): ArtifactFolder {
  const fileOf = (job: string): string => join(folder, `${fileName(job)}.tar`);
  return {
    save: async (job, tar, { signal }) => {
      const draft = join(folder, `${randomUUID()}.new`);
      try {
        await mkdir(folder, { recursive: true });
        await pipeline(Readable.from(tar), createWriteStream(draft), { signal });
        await rename(draft, fileOf(job));
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined);
        if (signal.aborted || isRunnerError(cause)) throw cause;
        throw notSaved(job, folder, cause);
      }
    },
    open: (job) => createReadStream(fileOf(job)),
    size: async (job) => {
      const stats = await stat(fileOf(job)).catch(() => undefined);
      return stats?.size;
    },
  };
}

/** File systems take 255 bytes for a name; the suffix needs some of them. */
const longestName = 200;

/** Job names hold slashes, and as many characters as a file name must not have. */
function fileName(job: string): string {
  const name = encodeURIComponent(job);
  if (name.length <= longestName) return name;
  return `${name.slice(0, longestName - 17)}-${createHash('sha256').update(job).digest('hex').slice(0, 16)}`;
}

const notSaved = (job: string, folder: string, cause: unknown): RunnerError =>
  new RunnerError(
    `the artifacts of ${job} cannot be saved in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      code: 'MILLRACE_E_ARTIFACTS_NOT_SAVED',
      kind: 'config',
      hint: 'make the project folder writable, or run a copy of it',
      cause,
    },
  );
