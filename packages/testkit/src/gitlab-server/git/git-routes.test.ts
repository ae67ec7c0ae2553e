import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jobPayload } from '../job-payload.ts';
import { jobToken, startRawRunner } from '../raw-runner.test.helper.ts';

const fixture = {
  commits: [
    { message: 'first', files: { 'README.md': 'one\n', 'src/deep/file.txt': 'deep\n' } },
    { message: 'second', files: { 'README.md': 'two\n' } },
  ],
  tags: ['v1'],
};
const repositories = { 'acme/demo': fixture };

/** git without the settings of this machine, and without a way to ask for a password. */
async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
  });
  return stdout.trim();
}

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-git-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const withPassword = (url: string, password: string): string =>
  url.replace('http://', `http://gitlab-ci-token:${password}@`);

describe('a repository', () => {
  it('can be cloned by anybody where it is public', async () => {
    const { server } = await startRawRunner({ repositories, gitAccess: 'public' });
    const { url, commits, branch } = server.repository('acme/demo');
    const folder = await scratch();
    await git(folder, 'clone', '--quiet', url, 'work');
    const work = join(folder, 'work');
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('two\n');
    expect(await readFile(join(work, 'src/deep/file.txt'), 'utf8')).toBe('deep\n');
    expect(await git(work, 'rev-parse', 'HEAD')).toBe(commits[1]);
    expect(await git(work, 'rev-parse', 'v1^{commit}', `origin/${branch}`)).toBe(
      `${commits[1]}\n${commits[1]}`,
    );
    expect(server.gitRequests().every((one) => one.credentials === undefined)).toBe(true);
  });

  it('has the same commits on every machine', async () => {
    const { server } = await startRawRunner({ repositories });
    expect(server.repository('acme/demo').commits).toEqual([
      'd49148c1b8f6473f7af70bf648218c20d9862a75',
      'efdd6d117ade75a472b141d9fd4af43e47a423f2',
    ]);
  });

  it('can be fetched as a runner does, shallow and by refspec, with the token of a job that runs', async () => {
    const runner = await startRawRunner({ repositories });
    const { server } = runner;
    await runner.take();
    const { url, commits } = server.repository('acme/demo');
    const folder = await scratch();
    await git(folder, 'init', '--quiet');
    const refspec = '+refs/heads/main:refs/remotes/origin/main';
    await git(folder, 'fetch', '--quiet', '--depth', '1', withPassword(url, jobToken), refspec);
    expect(await git(folder, 'rev-list', 'origin/main')).toBe(commits[1]);
    const seen = server.gitRequests();
    // How many POSTs there are is git's own matter.
    const ways = new Set(seen.map(({ method, status }) => `${method} ${status}`));
    expect([...ways]).toEqual(['GET 401', 'GET served', 'POST served']);
    expect(seen[1]).toMatchObject({
      path: '/acme/demo.git/info/refs?service=git-upload-pack',
      repository: 'acme/demo',
      credentials: { username: 'gitlab-ci-token', password: jobToken },
    });
  });

  it.each([
    ['before it was given to a runner', false],
    ['after it has ended', true],
  ])('is not shown to the token of a job %s', async (_when, isEnded) => {
    const runner = await startRawRunner({ repositories });
    const { server } = runner;
    if (isEnded) {
      await runner.take();
      await runner.send(runner.final(''));
      expect(server.stateOf(1)).toBe('success');
    } else {
      server.addJob(jobPayload());
    }
    const url = withPassword(server.repository('acme/demo').url, jobToken);
    await expect(git(await scratch(), 'ls-remote', url)).rejects.toThrow(/Authentication failed/);
    expect(server.gitRequests().at(-1)).toMatchObject({ status: 401 });
  });

  it('can be kept for one user', async () => {
    const gitAccess = { username: 'robot', password: 'right' };
    const { server } = await startRawRunner({ repositories, gitAccess });
    const { url, commits } = server.repository('acme/demo');
    const as = (password: string): string => url.replace('http://', `http://robot:${password}@`);
    await expect(git(await scratch(), 'ls-remote', as('wrong'))).rejects.toThrow(
      /Authentication failed/,
    );
    expect(await git(await scratch(), 'ls-remote', as('right'))).toContain(commits[1]);
  });

  it('that does not exist is not found', async () => {
    const { server } = await startRawRunner({ repositories, gitAccess: 'public' });
    const url = `${server.url}/acme/other.git`;
    await expect(git(await scratch(), 'ls-remote', url)).rejects.toThrow(/not found/);
    expect(server.gitRequests()).toMatchObject([{ repository: 'acme/other', status: 404 }]);
  });

  it('cannot be fetched from a server that misbehaves', async () => {
    const { server } = await startRawRunner({ repositories, gitAccess: 'public' });
    const { url } = server.repository('acme/demo');
    const fault = server.faults.add({ call: 'git' }, { kind: 'answer', status: 503 }, { times: 1 });
    await expect(git(await scratch(), 'ls-remote', url)).rejects.toThrow(/503/);
    expect(fault.hits()).toBe(1);
    expect(await git(await scratch(), 'ls-remote', url)).toContain('refs/heads/main');
  });
});
