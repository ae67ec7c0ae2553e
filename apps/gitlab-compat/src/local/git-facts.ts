import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { GitFacts } from '@millrace/gitlab-ci';

const run = promisify(execFile);
const noCommit = '0'.repeat(40);

/** What git says about a folder; a folder without repository counts as a project without commits. */
export async function gitFacts(
  folder: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<GitFacts> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await run('git', ['-C', folder, ...args], { signal });
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
  const message = await git('log', '-1', '--format=%B');
  return {
    ref: branch ?? sha,
    sha,
    projectName,
    projectPath: `local/${projectName}`,
    ...(branch === undefined ? {} : { branch }),
    ...(message === undefined ? {} : { message }),
  };
}
