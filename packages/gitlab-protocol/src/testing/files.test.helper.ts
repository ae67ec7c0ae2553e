import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes texts into files of a folder that goes with the test; the result has their paths. */
export async function inFiles<Name extends string>(
  contents: Readonly<Record<Name, string>>,
): Promise<Record<Name, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-gitlab-protocol-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const paths: Partial<Record<Name, string>> = {};
  for (const [name, content] of Object.entries<string>(contents)) {
    const path = join(folder, name);
    await writeFile(path, content);
    paths[name as Name] = path;
  }
  return paths as Record<Name, string>;
}
