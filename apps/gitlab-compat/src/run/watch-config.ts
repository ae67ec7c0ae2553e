import { stat } from 'node:fs/promises';
import type { Clock } from '@millrace/core';

const interval = 3_000;

/** What a watch calls. */
export interface WatchedConfig {
  /** Reads the file anew; never rejects. */
  readonly load: () => Promise<void>;
  /** Told once for each time that the file goes. */
  readonly missing: (message: string) => void;
}

/** A configuration file that is looked at. */
export interface ConfigWatch {
  /** Reads it now, whatever has changed; one reading at a time. */
  readonly reload: () => Promise<void>;
  /** Resolves when the signal aborts and nothing is read any more. */
  readonly done: Promise<void>;
}

/**
 * Looks every three seconds whether a file has changed, and has it read when it has.
 * @param known - its {@link fileVersion} when it was read last
 */
export function watchConfig(
  file: string,
  known: number | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  { load, missing }: WatchedConfig,
): ConfigWatch {
  let seen = known;
  let isToldMissing = false;
  let reading: Promise<void> = Promise.resolve();
  const reload = (): Promise<void> => {
    reading = reading.then(async () => {
      if (signal.aborted) return;
      // Before it is read: what changes meanwhile is another change.
      seen = (await fileVersion(file)) ?? seen;
      await load();
    });
    return reading;
  };
  const look = async (): Promise<void> => {
    const now = await fileVersion(file);
    if (now === undefined) {
      if (!isToldMissing) missing(`Failed to load config stat ${file}: no such file or directory`);
      isToldMissing = true;
      return;
    }
    isToldMissing = false;
    if (now !== seen) await reload();
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(interval, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      await look();
    }
    await reading;
  };
  return { reload, done: watch() };
}

/** Tells one state of a file from another; undefined where there is none. */
export async function fileVersion(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
