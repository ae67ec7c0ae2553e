import { jobStarter, type StartedJob } from '@millrace/e2e-suites/executor-fixture';
import { resourceTypes } from '@millrace/kube-objects';
import { describe, expect, it } from 'vitest';
import { askToEvict, foreignType, sighting } from './cluster-calls.ts';
import { holdRegistry } from './held-registry.ts';
import { setField, setInContainers } from './pod-wishes.ts';
import { needsOwnCluster, realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const { signal } = new AbortController();

type Way = (job: StartedJob) => Promise<unknown>;
const remove =
  (gracePeriodSeconds?: number): Way =>
  ({ namespace, podName: name }) =>
    cluster().api.delete(
      { type: resourceTypes.pods, namespace, name },
      gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
      { signal },
    );
const evict =
  (gracePeriodSeconds?: number): Way =>
  async (job) =>
    expect(await askToEvict(cluster(), job, gracePeriodSeconds)).toMatchObject({ status: 201 });

const deleted = { reason: 'pod_deleted', message: /^pods? ".*" (is being deleted|not found)$/ };
const evicted = {
  reason: 'evicted',
  message: /is disrupted: reason "EvictionByEvictionAPI", message "Eviction API: evicting"$/,
};
const ways: readonly (readonly [string, Way, typeof deleted])[] = [
  ['deleted at once', remove(0), deleted],
  ['deleted', remove(), deleted],
  ['deleted with 30 s', remove(30), deleted],
  ['evicted at once', evict(0), evicted],
  ['evicted', evict(), evicted],
];

const stages = ['prepare', 'script', 'after'] as const;
const sleepingIn = (sleeping: (typeof stages)[number]) =>
  stages.map((name) => ({
    name,
    container: name === 'script' ? 'build' : 'helper',
    userCode: name !== 'prepare',
    ...(name === 'after' ? { on: 'always' as const, countsAsFailure: false } : {}),
    script: name === sleeping ? 'echo here; sleep 600' : 'true',
  }));

async function expectLost(job: StartedJob, { reason, message }: typeof deleted): Promise<void> {
  expect((await job.result).outcome).toMatchObject({
    kind: 'failure',
    reason,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
  });
}

describe.concurrent.each(ways)('a pod that is %s', (_what, way, lost) => {
  it('while no node fits it', async () => {
    const job = await jobs.start({
      stages: sleepingIn('script'),
      contributions: [setField('/spec/nodeSelector', { 'millrace.test/nowhere': 'true' })],
    });
    await job.recorder.seen((event) => event.type === 'unit-waiting' && event.note !== undefined);
    await way(job);
    await expectLost(job, lost);
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it.each(stages.slice(0, 2))('in stage %s', async (stage) => {
    const job = await jobs.start({ stages: sleepingIn(stage) });
    await job.recorder.seen((event) => event.type === 'output');
    await way(job);
    await expectLost(job, lost);
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it('when all that counts has ended: the result stays', async () => {
    const job = await jobs.start({ stages: sleepingIn('after') });
    await job.recorder.seen((event) => event.type === 'output');
    await way(job);
    expect((await job.result).outcome).toEqual({ kind: 'success' });
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it('while an image is pulled', async ({ skip, onTestFinished }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const registry = await holdRegistry();
    onTestFinished(registry.close);
    const job = await jobs.start({
      stages: sleepingIn('script'),
      contributions: [
        setInContainers('build', '/image', registry.image),
        setInContainers('build', '/imagePullPolicy', 'Always'),
      ],
    });
    await registry.asked;
    await way(job);
    await expectLost(job, lost);
    // The kubelet ends a pod only when its pull has ended.
    registry.release();
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });
});

it('a disruption budget that refuses an eviction (429) leaves the job alone', async () => {
  const budgets = foreignType('policy', 'PodDisruptionBudget', 'poddisruptionbudgets');
  const namespace = await cluster().newNamespace();
  await cluster().api.create(
    budgets,
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'one', namespace },
      spec: { minAvailable: 1, selector: {} },
    },
    { signal },
  );
  const job = await jobs.start({
    namespace,
    stages: [
      { name: 'script', script: 'echo here; until [ -e /tmp/refused ]; do sleep 0.1; done' },
      { name: 'after', script: 'echo on' },
    ],
  });
  await job.recorder.seen((event) => event.type === 'output');
  await sighting(cluster(), { type: budgets, namespace }, ({ status }) =>
    JSON.stringify(status ?? null).includes('"currentHealthy":1'),
  );
  expect(await askToEvict(cluster(), job)).toMatchObject({ status: 429 });
  const session = await cluster().api.exec(
    { namespace, pod: job.podName, container: 'build', command: ['touch', '/tmp/refused'] },
    { signal },
  );
  await session.status;
  expect((await job.result).outcome).toEqual({ kind: 'success' });
});
