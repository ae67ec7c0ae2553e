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
  let busy = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async (sync: boolean): Promise<void> => {
    while (next !== undefined) {
      const wanted = next;
      const unfinished = `${file}.new`;
      const handle = await open(unfinished, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify(wanted.value));
        if (sync) await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, file);
      saved = wanted.value;
      // Where it failed it stays wanted: the next write, or whoever waits, tries again.
      if (next === wanted) next = undefined;
    }
  };
  /** Waits for the write under way, so that what it has written counts as saved. */
  const start = (sync: boolean): Promise<void> => {
    busy += 1;
    const work = writing
      .then(() => {
        if (sync) next ??= { value: saved };
        return write(sync);
      })
      .finally(() => (busy -= 1));
    // Whoever waits is told; nobody else has to.
    writing = work.catch(() => undefined);
    return work;
  };
  return {
    put: (value) => {
      next = { value };
      if (busy === 0) void start(false).catch(() => undefined);
    },
    settled: ({ sync }) => start(sync),
    saved: () => saved,
  };
}
