import { open, rename } from 'node:fs/promises';

/** A small JSON file that always holds one whole value: each is written beside it and renamed. */
export interface SavedFile<T> {
  /** The value becomes the file's soon; one that comes meanwhile replaces it. */
  readonly put: (value: T) => void;
  /** Resolves when the last value put is in the file, with it synced to the disk if asked. */
  readonly settled: (options: { readonly sync: boolean }) => Promise<void>;
  /** The last value that is in the file. */
  readonly saved: () => T;
}

/**
 * Makes a writer for a file.
 * @param first - what the file holds, or counts as holding while it is not there
 */
export function savedFile<T>(file: string, first: T): SavedFile<T> {
  let saved = first;
  let next: { readonly value: T } | undefined;
  let writing: Promise<void> | undefined;
  const write = async (sync: boolean): Promise<void> => {
    while (next !== undefined) {
      const { value } = next;
      next = undefined;
      const unfinished = `${file}.new`;
      const handle = await open(unfinished, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify(value));
        if (sync) await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, file);
      saved = value;
    }
  };
  const start = (sync: boolean): Promise<void> => {
    const work = (writing ?? Promise.resolve()).then(() => write(sync));
    writing = work;
    // Whoever waits is told; nobody else has to.
    work.catch(() => undefined);
    return work;
  };
  return {
    put: (value) => {
      const idle = next === undefined;
      next = { value };
      if (idle) void start(false);
    },
    settled: ({ sync }) => {
      if (sync) next ??= { value: saved };
      return start(sync);
    },
    saved: () => saved,
  };
}
