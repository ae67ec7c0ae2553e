import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

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

/** Opens a folder; it is made with the first artifact. */
export function artifactFolder(folder: string): ArtifactFolder {
  const fileOf = (job: string): string => join(folder, `${encodeURIComponent(job)}.tar`);
  return {
    save: async (job, tar, { signal }) => {
      await mkdir(folder, { recursive: true });
      const draft = `${fileOf(job)}.new`;
      await pipeline(Readable.from(tar), createWriteStream(draft), { signal });
      await rename(draft, fileOf(job));
    },
    open: (job) => createReadStream(fileOf(job)),
    size: async (job) => {
      const stats = await stat(fileOf(job)).catch(() => undefined);
      return stats?.size;
    },
  };
}
