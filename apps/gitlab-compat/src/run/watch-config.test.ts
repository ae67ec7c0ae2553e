import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, deferred } from '@millrace/async';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileVersion, watchConfig, type ConfigWatch } from './watch-config.ts';

let folder: string;
let file: string;
let seconds = 1_000;
const loads: string[] = [];
const missing: string[] = [];
const ending = new Set<() => Promise<void>>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-watch-'));
  file = join(folder, 'config.toml');
  loads.length = 0;
  missing.length = 0;
  await write();
});
afterEach(async () => {
  for (const end of ending) await end();
  ending.clear();
  await rm(folder, { recursive: true });
});

/** Each time with another time of change. */
const write = async (): Promise<void> => {
  seconds += 1;
  await writeFile(file, '');
  await utimes(file, seconds, seconds);
};

async function watch(load: () => Promise<void> = () => Promise.resolve(void loads.push('read'))) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const options = { clock, signal: stop.signal };
  const watched: ConfigWatch = watchConfig(file, await fileVersion(file), options, {
    load,
    missing: (message) => void missing.push(message),
  });
  ending.add(() => {
    stop.abort();
    return watched.done;
  });
  /** One interval, and the real look at the file that it brings. */
  const look = async (): Promise<void> => {
    const looked = clock.pending();
    expect(looked).toBe(1);
    await clock.advance(3_000);
    while (clock.pending() === 0) await fileVersion(file);
  };
  return { ...watched, look };
}

it('reads a file that has changed, once', async () => {
  const { look } = await watch();
  await look();
  expect(loads).toEqual([]);
  await write();
  await look();
  await look();
  expect(loads).toEqual(['read']);
});

it('tells a file that has gone once, until it is there again', async () => {
  const { look } = await watch();
  await rm(file);
  await look();
  await look();
  expect(missing).toEqual([`Failed to load config stat ${file}: no such file or directory`]);
  await write();
  await look();
  expect(loads).toEqual(['read']);
  await rm(file);
  await look();
  expect(missing).toHaveLength(2);
});

it('reads on request, one at a time, and does not read that again by itself', async () => {
  const first = deferred<undefined>();
  let open = 0;
  const { reload, look } = await watch(async () => {
    open += 1;
    expect(open).toBe(1);
    loads.push('read');
    if (loads.length === 1) await first.promise;
    open -= 1;
  });
  await write();
  const both = [reload(), reload()];
  first.resolve(undefined);
  await Promise.all(both);
  await look();
  expect(loads).toEqual(['read', 'read']);
});
