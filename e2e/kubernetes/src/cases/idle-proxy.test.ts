import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { afterAll, describe, expect, it } from 'vitest';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
afterAll(() => cluster().proxy.cutIdle('exec', 0));

describe('a proxy that cuts connections on which nothing has moved for 3 s', () => {
  it('costs a silent script new sessions, and no byte', async () => {
    cluster().proxy.cutIdle('exec', 3_000);
    const job = await jobs.start({
      stages: [
        { name: 'script', script: 'echo begin; sleep 11; echo end; exit 5' },
        { name: 'after', script: 'echo after', on: 'always', countsAsFailure: false },
      ],
    });
    expect((await job.result).outcome).toMatchObject({ reason: 'script_failed', exitCode: 5 });
    expect(job.recorder.output().toString()).toBe('begin\nend\nafter\n');
    const sessions = cluster()
      .requests()
      .filter(({ name, subresource }) => name === job.podName && subresource === 'exec');
    expect(sessions.length).toBeGreaterThan(1);
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });
});
