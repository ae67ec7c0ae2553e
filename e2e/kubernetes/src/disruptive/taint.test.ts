import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { expect, it } from 'vitest';
import { changeNode } from '../cases/cluster-calls.ts';
import { append } from '../cases/pod-wishes.ts';
import { needsOwnCluster, realCluster } from '../cases/real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const ok = [{ name: 'script', script: 'echo hi' }];
const key = 'millrace.test/busy';

it('a taint keeps out the jobs that do not tolerate it, until it goes', async ({ skip }) => {
  skip(cluster().own === undefined, needsOwnCluster);
  try {
    await changeNode(cluster(), { spec: { taints: [{ key, effect: 'NoSchedule' }] } });
    const tolerant = await jobs.start({
      stages: ok,
      contributions: [append('/spec/tolerations', { key, operator: 'Exists' })],
    });
    const other = await jobs.start({ stages: ok });
    await other.recorder.seen(
      (event) =>
        event.type === 'unit-waiting' && event.note?.includes('untolerated taint') === true,
    );
    expect((await tolerant.result).outcome).toEqual({ kind: 'success' });
    await changeNode(cluster(), { spec: { taints: null } });
    expect((await other.result).outcome).toEqual({ kind: 'success' });
  } finally {
    await changeNode(cluster(), { spec: { taints: null } });
  }
});
