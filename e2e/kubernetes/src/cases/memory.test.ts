import type { KubeApi } from '@millrace/core';
import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { describe, expect, it } from 'vitest';
import { afterChange } from './cluster-calls.ts';
import { beside, driven, setInContainers } from './pod-wishes.ts';
import { killsTogether, needsOwnCluster, realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
/** Enough for a shell, and soon used up. */
const little = { limits: { memory: '32Mi' } };
const inBuild = [setInContainers('build', '/resources', little)];
/** Takes all the memory there is. */
const eater = 'tail /dev/zero';

describe('memory that is used up', () => {
  it('by the script’s own process fails the script, and says what 137 means', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({
      stages: [
        { name: 'script', script: `exec ${eater}` },
        { name: 'after', script: 'echo after', on: 'always', countsAsFailure: false },
      ],
      contributions: inBuild,
    });
    const { outcome } = await job.result;
    if (killsTogether) {
      expect(outcome).toMatchObject({ kind: 'failure', reason: 'oom_killed' });
      return;
    }
    expect(outcome).toMatchObject({
      reason: 'script_failed',
      exitCode: 137,
      message: 'command terminated with exit code 137',
      hint: expect.stringContaining('memory limit is used up: raise that of container build'),
    });
    // The container lives on, so what comes after a failure still runs.
    expect(job.recorder.output().toString()).toBe('after\n');
  });

  it('by a process that the script can do without: the script’s own exit counts', async ({
    skip,
  }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({
      stages: [{ name: 'script', script: `${eater}; echo "went on after $?"` }],
      contributions: inBuild,
    });
    const { outcome } = await job.result;
    if (killsTogether) {
      expect(outcome).toMatchObject({ kind: 'failure', reason: 'oom_killed' });
      return;
    }
    expect(outcome).toEqual({ kind: 'success' });
    expect(job.recorder.output().toString()).toMatch(/went on after 137\n$/);
  });

  const withService = (script: string, api: (api: KubeApi) => KubeApi = (same) => same) =>
    jobs.start({
      stages: [{ name: 'script', script }],
      unit: { containers: [...driven, beside('db', 'service')] },
      contributions: [
        setInContainers('service', '/image', cluster().images.shell),
        setInContainers('service', '/command', ['tail', '/dev/zero']),
        setInContainers('service', '/resources', little),
      ],
      api,
    });

  it.each([
    ['that goes on without it is no failure', 0],
    ['that fails is told with it', 3],
  ])('by a service: a script %s', async (_what, exitCode) => {
    const ended = afterChange((pod) => JSON.stringify(pod['status']).includes('OOMKilled'));
    const job = await withService(
      `until [ -e /tmp/ended ]; do sleep 0.1; done; exit ${exitCode}`,
      ended.wrap,
    );
    await ended.seen;
    const { namespace, podName: pod } = job;
    const { signal } = new AbortController();
    const session = await cluster().api.exec(
      { namespace, pod, container: 'build', command: ['touch', '/tmp/ended'] },
      { signal },
    );
    await session.status;
    const { outcome } = await job.result;
    expect(outcome).toMatchObject(
      exitCode === 0
        ? { kind: 'success' }
        : {
            reason: 'script_failed',
            exitCode,
            story: [expect.stringMatching(/^container db .* exit code 137, reason OOMKilled/)],
          },
    );
  });
});
