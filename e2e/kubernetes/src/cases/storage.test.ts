import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { describe, expect, it } from 'vitest';
import { append, mount, setInContainers } from './pod-wishes.ts';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const fill = (file: string): string =>
  `head -c 30000000 /dev/zero >${file}; echo written; sleep 600`;

// The kubelet looks now and then: 10 s for a container's own files, up to a minute for volumes.
describe.concurrent('a disk limit that a script exceeds', () => {
  it('of a volume evicts the pod, and the job says which volume', async () => {
    const job = await jobs.start({
      timeoutSeconds: 170,
      stages: [{ name: 'script', script: fill('/data/file') }],
      contributions: [
        append('/spec/volumes', { name: 'data', emptyDir: { sizeLimit: '5Mi' } }),
        mount('data', '/data'),
      ],
    });
    expect((await job.result).outcome).toMatchObject({
      reason: 'evicted',
      message: expect.stringMatching(
        /was evicted: Usage of EmptyDir volume "data" exceeds the limit "5Mi"\.$/,
      ),
      hint: 'raise the limit that the message names, or use less',
      story: expect.arrayContaining([expect.stringMatching(/^event Evicted: /)]),
    });
    expect(job.recorder.output().toString()).toBe('written\n');
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it('of the container evicts the pod, and the job says so', async () => {
    const job = await jobs.start({
      timeoutSeconds: 170,
      stages: [{ name: 'script', script: fill('/tmp/file') }],
      contributions: [
        setInContainers('build', '/resources', { limits: { 'ephemeral-storage': '5Mi' } }),
      ],
    });
    expect((await job.result).outcome).toMatchObject({
      reason: 'evicted',
      message: expect.stringMatching(/ephemeral local storage usage exceeds .*5Mi/),
      hint: 'raise the limit that the message names, or use less',
    });
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });
});
