import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitFacts, sourceFiles } from './index.ts';

const { signal } = new AbortController();
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'millrace-local-')), 'my app');
  await mkdir(join(folder, 'src'), { recursive: true });
  await mkdir(join(folder, '.millrace'));
  await writeFile(join(folder, 'src', 'a.txt'), 'a');
  await writeFile(join(folder, 'ignored.log'), 'x');
  await writeFile(join(folder, '.millrace', 'kept'), 'x');
  await symlink('src', join(folder, 'link'));
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();

describe('a folder without a repository', () => {
  it('has all its files, but for what is ours', async () => {
    expect(await sourceFiles(folder, { signal })).toEqual(['ignored.log', 'link', 'src/a.txt']);
  });

  it('is a project without a commit', async () => {
    expect(await gitFacts(folder, { signal })).toEqual({
      ref: '0'.repeat(40),
      sha: '0'.repeat(40),
      projectName: 'my-app',
      projectPath: 'local/my-app',
    });
  });
});

describe('a repository', () => {
  beforeEach(async () => {
    await writeFile(join(folder, '.gitignore'), '*.log\n');
    git('init', '--quiet', '--initial-branch=trunk');
    git('add', 'src');
    git('commit', '--quiet', '--message', 'first\n\nwith a reason');
  });

  it('has the files that git knows or would take', async () => {
    expect(await sourceFiles(folder, { signal })).toEqual(['.gitignore', 'link', 'src/a.txt']);
  });

  it('tells its branch and its commit', async () => {
    const facts = await gitFacts(folder, { signal });
    expect(facts).toMatchObject({
      ref: 'trunk',
      branch: 'trunk',
      sha: git('rev-parse', 'HEAD'),
      message: 'first\n\nwith a reason',
      authorName: 'Ann',
      authorEmail: 'ann@example.org',
      changedFiles: ['src/a.txt'],
    });
    expect(facts.timestamp).toBe(Number(git('log', '-1', '--format=%at')));
  });

  it('with nothing checked out but a commit has no branch', async () => {
    git('checkout', '--quiet', '--detach');
    const { ref, sha, branch } = await gitFacts(folder, { signal });
    expect([ref, branch]).toEqual([sha, undefined]);
  });
});

it('a look that is given up ends with its reason', async () => {
  const reason = new Error('enough');
  await expect(gitFacts(folder, { signal: AbortSignal.abort(reason) })).rejects.toThrow('enough');
});
