import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { onHostNetwork } from './gitlab-run-network.ts';
import { runRoom, type RunSettings } from './gitlab-run-room.ts';

const project = 'acme/demo';

/** Jobs that find the checkout of an earlier one, on a cluster whose node is this machine. */
export const gitlabFetchAgainSuite: Suite = defineSuite('gitlab fetch again', (cluster) => {
  const { server, addJob, start, ended, expectCleanEnd, folder } = runRoom(cluster, {
    gitAccess: 'job-token',
    repositories: {
      [project]: {
        commits: ['first', 'second', 'third'].map((text) => ({
          files: { 'README.md': `${text}\n` },
        })),
      },
    },
  });

  /** Builds lie in a folder of the node, which outlives pods. */
  const persistent = async (): Promise<RunSettings> => {
    await folder().write({ 'builds/.keep': '' });
    const { mountPrefix = '' } = cluster();
    const volume = [
      '[[runners.kubernetes.volumes.host_path]]',
      'name = "builds"',
      `mount_path = "${mountPrefix}/builds"`,
      `host_path = "${join(folder().path, 'builds')}"`,
    ].join('\n');
    return {
      ...onHostNetwork,
      pods: `${onHostNetwork.pods ?? ''}\n${volume}`,
    };
  };
  const fetching = (id: number, commit: number, depth: number, script: readonly string[]) => {
    const sha = server().repository(project).commits[commit] ?? '';
    return addJob({
      id,
      serverUrl: server().url,
      project,
      sha,
      script,
      variables: [{ key: 'GIT_STRATEGY', value: 'fetch' }],
      members: {
        git_info: {
          repo_url: `${server().url.replace('://', `://gitlab-ci-token:glcbt-job-token-${id}@`)}/${project}.git`,
          ref: 'main',
          sha,
          refspecs: ['+refs/heads/*:refs/remotes/origin/*'],
          depth,
        },
      },
    });
  };

  it('the second job has its own commit, nothing of the first, and leaves no token', async () => {
    const first = fetching(1, 2, 1, [
      'echo "is $(cat README.md) of $(git rev-list --count HEAD)"',
      'touch left.txt .git/index.lock',
      'git config remote.origin.url https://x:glcbt-own@gitlab.example.com/other.git',
    ]);
    const second = fetching(2, 1, 0, [
      'echo "is $(cat README.md) of $(git rev-list --count HEAD)"',
      'test ! -e left.txt',
      'if grep -rl glcbt- .git; then exit 5; fi',
    ]);
    const runner = await start(await persistent());
    const [before, after] = [await ended(first), await ended(second)];
    expect(before.log).toContain('is third of 1\n');
    expect(before.state).toBe('success');
    expect(after.log).toContain('Reinitialized existing Git repository');
    expect(after.log).toContain('is second of 2\n');
    expect(after.state).toBe('success');
    await expectCleanEnd(runner);
    const builds = join(folder().path, 'builds');
    expect(spawnSync('grep', ['-rl', 'glcbt-', builds], { encoding: 'utf8' }).stdout).toBe('');
  });
});
