import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What a repository is to hold. */
export interface RepositoryFixture {
  /** Oldest first; each has the files before it too. */
  readonly commits: readonly {
    readonly message?: string;
    readonly files: Readonly<Record<string, string>>;
  }[];
  /** `main` by default. */
  readonly branch?: string;
  /** Names of tags, at the last commit. */
  readonly tags?: readonly string[];
}

/** A repository that the server has. */
export interface ServerRepository {
  /** Path on the server without `.git`, such as `acme/demo`. */
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly branch: string;
  /** Ids of the commits, oldest first: the same on every machine. */
  readonly commits: readonly string[];
}

const run = promisify(execFile);

/** Nothing of the machine's or the user's settings, and the same ids everywhere. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Fixture',
  GIT_AUTHOR_EMAIL: 'fixture@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'Fixture',
  GIT_COMMITTER_EMAIL: 'fixture@example.com',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

/**
 * Makes a bare repository.
 * @param folder - where it is to be; `<folder>.work` is used on the way
 * @returns ids of the commits
 */
export async function createFixtureRepository(
  folder: string,
  { commits, branch = 'main', tags = [] }: RepositoryFixture,
): Promise<readonly string[]> {
  const work = `${folder}.work`;
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', args, { cwd: work, env: environment });
    return stdout.trim();
  };
  await mkdir(work, { recursive: true });
  await git('init', '--quiet', `--initial-branch=${branch}`);
  const ids: string[] = [];
  for (const { message = 'fixture', files } of commits) {
    for (const [name, content] of Object.entries(files)) {
      const path = join(work, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
    ids.push(await git('rev-parse', 'HEAD'));
  }
  for (const tag of tags) await git('tag', tag);
  await git('clone', '--quiet', '--bare', '.', folder);
  return ids;
}
