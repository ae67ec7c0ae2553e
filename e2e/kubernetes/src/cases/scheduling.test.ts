import { systemRandom } from '@millrace/async';
import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { describe, expect, it } from 'vitest';
import { changeNode } from './cluster-calls.ts';
import { append, setField, setInContainers } from './pod-wishes.ts';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const ok = [{ name: 'script', script: 'echo hi' }];

/** A name that no other pod of the cluster can ask for. */
const own = (what: string): string => `millrace.test/${what}-${systemRandom().name(8)}`;

describe('a pod that no node fits', () => {
  it.each([
    [
      'for its node selector',
      [setField('/spec/nodeSelector', { 'millrace.test/nowhere': 'true' })],
      /didn't match Pod's node affinity\/selector/,
    ],
    [
      'for what it requests',
      [setInContainers('build', '/resources', { requests: { cpu: '5000' } })],
      /Insufficient cpu/,
    ],
  ])(
    '%s: the job waits with the scheduler’s words, and ends by name',
    async (_why, contributions, words) => {
      const job = await jobs.start({
        stages: ok,
        contributions,
        unit: { startTimeoutSeconds: 3 },
      });
      expect((await job.result).outcome).toMatchObject({
        reason: 'pod_unschedulable',
        message: expect.stringMatching(words),
        hint: expect.stringContaining('no node fits'),
      });
      expect(job.recorder.events).toContainEqual(
        expect.objectContaining({ type: 'unit-waiting', note: expect.stringMatching(words) }),
      );
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    },
  );

  it('until a node gets the label: the job goes on', async () => {
    const label = own('label');
    const job = await jobs.start({
      stages: ok,
      contributions: [setField('/spec/nodeSelector', { [label]: 'true' })],
    });
    await job.recorder.seen((event) => event.type === 'unit-waiting' && event.note !== undefined);
    try {
      await changeNode(cluster(), { metadata: { labels: { [label]: 'true' } } });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
    } finally {
      await changeNode(cluster(), { metadata: { labels: { [label]: null } } });
    }
  });

  it('until others have ended: the job goes on', async () => {
    const resource = own('slot');
    const one = {
      contributions: [setInContainers('build', '/resources', { limits: { [resource]: '1' } })],
    };
    try {
      await changeNode(cluster(), { status: { capacity: { [resource]: '1' } } }, 'status');
      const first = await jobs.start({
        ...one,
        stages: [{ name: 'script', script: 'echo here; sleep 600' }],
      });
      await first.recorder.seen((event) => event.type === 'output');
      const second = await jobs.start({ ...one, stages: ok });
      await second.recorder.seen(
        (event) =>
          event.type === 'unit-waiting' &&
          event.note?.includes(`Insufficient ${resource}`) === true,
      );
      first.cancel.abort();
      await first.result;
      expect((await second.result).outcome).toEqual({ kind: 'success' });
    } finally {
      const gone = { [resource]: null };
      await changeNode(cluster(), { status: { capacity: gone, allocatable: gone } }, 'status');
    }
  });
});

it('a pod with tolerations and affinities runs on a node that has no need of them', async () => {
  const job = await jobs.start({
    stages: ok,
    contributions: [
      append('/spec/tolerations', { key: 'ci', operator: 'Exists', effect: 'NoSchedule' }),
      setField('/spec/affinity', {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              preference: { matchExpressions: [{ key: 'ci', operator: 'Exists' }] },
            },
          ],
        },
      }),
    ],
  });
  expect((await job.result).outcome).toEqual({ kind: 'success' });
});
