import { stat } from 'node:fs/promises';
import type { Clock } from '@millrace/core';

const interval = 3_000;

/**
 * Looks every three seconds whether a file has changed, and calls back when it has; a call that is under way is awaited.
 * Resolves when the signal aborts. A file that is not there is told once, until it is there again.
 */
export async function watchConfig(
  file: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  changed: () => Promise<void>,
  missing: (message: string) => void,
): Promise<void> {
  let known = await version(file);
  let told = false;
  while (!signal.aborted) {
    await clock.sleep(interval, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const now = await version(file);
    if (now === undefined) {
      if (!told) missing(`Failed to load config stat ${file}: no such file or directory`);
      told = true;
      continue;
    }
    told = false;
    if (now === known) continue;
    known = now;
    await changed();
  }
}

async function version(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
