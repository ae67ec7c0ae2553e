import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { explain } from '@millrace/gitlab-compat/explain';
import { silentLogger } from '@millrace/testkit';
import type { Explained } from './judge.ts';
import type { RecordedCase } from './recorded-case.ts';

/** What a plan depends on besides a case's own files. */
export const explainInputs = {
  systemId: 's_0123456789ab',
  seed: '1',
  now: '2026-01-31T12:00:00Z',
} as const;

/** Runs the app's `explain` command on a recorded case, with the case's own home directory. */
export async function explainCase(recorded: RecordedCase, signal: AbortSignal): Promise<Explained> {
  return await inCaseFolder(recorded, async (folder) => {
    const stdout = new PassThrough();
    const stderr = new PassThrough().resume();
    const printed = text(stdout);
    await explain(
      {
        config: join(folder, 'config.toml'),
        job: join(folder, 'job.json'),
        ...(Object.keys(recorded.cluster).length === 0
          ? {}
          : { clusterFacts: join(folder, 'cluster.json') }),
        ...explainInputs,
        showSecrets: true,
        format: 'json',
      },
      { stdout, stderr, color: false, logger: silentLogger, signal },
    );
    stdout.end();
    return JSON.parse(await printed) as Explained;
  });
}

/** Works in a copy of a case's folder, in which `CASE_DIR` of the configuration is the folder, with `home/` as home. */
export async function inCaseFolder<T>(
  { folder: recorded }: RecordedCase,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-recorded-'));
  const home = process.env['HOME'];
  try {
    await cp(recorded, folder, { recursive: true });
    const config = join(folder, 'config.toml');
    await writeFile(config, (await readFile(config, 'utf8')).replaceAll('CASE_DIR', folder));
    process.env['HOME'] = join(folder, 'home');
    return await work(folder);
  } finally {
    if (home === undefined) delete process.env['HOME'];
    else process.env['HOME'] = home;
    await rm(folder, { recursive: true, force: true });
  }
}
