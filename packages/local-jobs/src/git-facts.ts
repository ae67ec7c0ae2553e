import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** What git says about a folder. */
export interface GitFacts {
  /** The branch, or the commit where none is checked out. */
  readonly ref: string;
  /** The commit; zeros where there is none. */
  readonly sha: string;
  /** Name of the folder, fit for a path. */
  readonly projectName: string;
  /** `local/` and the name. */
  readonly projectPath: string;
  readonly branch?: string;
  /** Of the commit, as this and all below are. */
  readonly message?: string;
  readonly authorName?: string;
  readonly authorEmail?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  /** Paths that the commit changed, from the root of the repository. */
  readonly changedFiles?: readonly string[];
}

const run = promisify(execFile);
const noCommit = '0'.repeat(40);
const longestAnswer = 64 * 2 ** 20;

/** What git says about a folder; a folder without repository counts as a project without commits. */
export async function gitFacts(
  folder: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<GitFacts> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await run('git', ['-C', folder, ...args], {
        signal,
        maxBuffer: longestAnswer,
      });
      return stdout.trim();
    } catch (failure) {
      signal.throwIfAborted();
      if (failure instanceof Error) return undefined;
      throw failure;
    }
  };
  const projectName = basename(folder).replaceAll(/[^\w.-]+/g, '-') || 'project';
  const sha = (await git('rev-parse', '--verify', '--quiet', 'HEAD')) ?? noCommit;
  const branch = await git('symbolic-ref', '--short', '--quiet', 'HEAD');
  return {
    ref: branch ?? sha,
    sha,
    projectName,
    projectPath: `local/${projectName}`,
    ...(branch === undefined ? {} : { branch }),
    ...(sha === noCommit ? {} : await commitFacts(git)),
  };
}

async function commitFacts(
  git: (...args: readonly string[]) => Promise<string | undefined>,
): Promise<Partial<GitFacts>> {
  const [name, email, time, ...message] = (
    (await git('log', '-1', '--format=%an%n%ae%n%at%n%B')) ?? ''
  ).split('\n');
  const changed = await git('show', '--name-only', '--format=', '--no-renames', '-z', 'HEAD');
  return {
    message: message.join('\n').trim(),
    ...(name === undefined || name === '' ? {} : { authorName: name }),
    ...(email === undefined || email === '' ? {} : { authorEmail: email }),
    ...(Number(time) > 0 ? { timestamp: Number(time) } : {}),
    changedFiles: (changed ?? '').split('\0').filter((path) => path !== ''),
  };
}
