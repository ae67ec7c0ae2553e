import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../cluster/run-program.ts';

/**
 * Unpacks Debian packages and all that they depend on into a folder, as if nothing were installed. Scripts of the
 * packages do not run, so links that they would make are missing.
 */
export async function unpackPackages(
  packages: readonly string[],
  root: string,
  scratch: string,
): Promise<void> {
  const archives = join(scratch, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const nothingInstalled = join(scratch, 'status');
  await writeFile(nothingInstalled, '');
  const settings = {
    'Dir::State::status': nothingInstalled,
    'Dir::Cache::archives': archives,
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await runProgram('apt-get', [...options, '-y', '-qq', '--download-only', 'install', ...packages]);
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb')).toSorted();
  for (const file of files) await runProgram('dpkg-deb', ['-x', join(archives, file), root]);
}
