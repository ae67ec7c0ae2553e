import { readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { createSystemClock, deferred, type Deferred } from '@millrace/async';
import { jobStarter, type StartedJob } from '@millrace/e2e-suites/executor-fixture';
import { executorPermissions } from '@millrace/engine';
import { connect } from '@millrace/kube';
import { resourceTypes } from '@millrace/kube-objects';
import { silentLogger } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { setField } from '../cases/pod-wishes.ts';
import { needsOwnCluster, realCluster } from '../cases/real-cluster.ts';
import { kubeletFolder, type ComponentName } from '../cluster/components.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const { signal } = new AbortController();

const stages = ['prepare', 'script', 'after'] as const;
/** A job that prints `here` in one stage and goes on after some seconds. */
const slowIn = (slow: (typeof stages)[number], seconds: number) =>
  stages.map((name) => ({
    name,
    container: name === 'script' ? 'build' : 'helper',
    userCode: name !== 'prepare',
    script: name === slow ? `echo here; sleep ${seconds}; echo there` : `echo ${name}`,
  }));
const outputOf = (slow: (typeof stages)[number]): string =>
  stages.map((name) => (name === slow ? 'here\nthere\n' : `${name}\n`)).join('');

/** A user whose rights are looked up in the cluster, unlike the administrator's. */
async function runnerWithRole() {
  const namespace = await cluster().newNamespace();
  const rights: Record<string, string[]> = {};
  for (const { resources, verbs } of executorPermissions)
    for (const resource of resources) (rights[resource] ??= []).push(...verbs);
  const token = await cluster().newUser(namespace, rights);
  const { server, certificateAuthority: ca } = cluster();
  const api = connect(
    { server, ca, token, source: 'test' },
    { userAgent: 'millrace-suites', clock: createSystemClock(), logger: silentLogger },
  );
  return { namespace, api };
}

const isHere = (job: StartedJob): Promise<unknown> =>
  job.recorder.seen(
    (event) => event.type === 'output' && Buffer.from(event.bytes).includes('here'),
  );

/** Stops a part, lets something happen, and starts it again whatever comes of that. */
async function without(
  part: ComponentName,
  how: { readonly force: boolean },
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const { own } = cluster();
  if (own === undefined) throw new Error(needsOwnCluster);
  try {
    await own.stop(part, how);
    await meanwhile();
  } finally {
    await own.start(part, { signal });
  }
}
const nothing = (): Promise<void> => Promise.resolve();

async function expectWhole(job: StartedJob, slow: (typeof stages)[number]): Promise<void> {
  expect((await job.result).outcome).toEqual({ kind: 'success' });
  expect(job.recorder.output().toString()).toBe(outputOf(slow));
  expect(job.recorder.events.filter(({ type }) => type === 'trouble')).toEqual([]);
  expect(await cluster().leftovers(job.namespace)).toEqual([]);
}

describe('the API server is killed and started again', () => {
  it('in each stage: the jobs go on, whole, and clean up', async ({ skip, onTestFinished }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const { namespace, api } = await runnerWithRole();
    onTestFinished(api.close);
    const running: (readonly [(typeof stages)[number], StartedJob])[] = [];
    for (const stage of stages)
      running.push([
        stage,
        await jobs.start({ namespace, stages: slowIn(stage, 6), api: () => api }),
      ]);
    const pending = await jobs.start({
      namespace,
      stages: slowIn('script', 0),
      contributions: [setField('/spec/nodeSelector', { 'millrace.test/nowhere': 'true' })],
      api: () => api,
      unit: { startTimeoutSeconds: 60 },
    });
    await pending.recorder.seen(
      (event) => event.type === 'unit-waiting' && event.note !== undefined,
    );
    await Promise.all(running.map(([, job]) => isHere(job)));
    await without('kube-apiserver', { force: true }, nothing);
    for (const [stage, job] of running) {
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(job.recorder.output().toString()).toBe(outputOf(stage));
    }
    expect(pending.recorder.events.some(({ type }) => type === 'unit-finished')).toBe(false);
    // A server that has just come up refuses rights for a moment; nobody falls back to polling for that.
    const follows = cluster()
      .requests()
      .filter(
        ({ namespace: of, resource, verb }) =>
          of === namespace && resource === 'pods' && ['list', 'watch'].includes(verb),
      );
    expect(follows.at(-1)?.verb).toBe('watch');
    pending.cancel.abort();
    expect((await pending.result).outcome.kind).toBe('canceled');
    expect(await cluster().leftovers(namespace)).toEqual([]);
  });

  it('after the script has ended in a pod that nobody could ask: its exit counts', async ({
    skip,
  }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({
      stages: [{ name: 'script', script: 'echo here; sleep 1; echo there; exit 7' }],
    });
    await isHere(job);
    const { namespace, podName: name } = job;
    const pod = await cluster().api.get({ type: resourceTypes.pods, namespace, name }, { signal });
    await without('kube-apiserver', { force: true }, () => exitRecord(pod.metadata.uid ?? ''));
    expect((await job.result).outcome).toMatchObject({ reason: 'script_failed', exitCode: 7 });
    expect(job.recorder.output().toString()).toBe('here\nthere\n');
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it('before the pod is deleted: it is deleted later', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const deletes: Deferred<void> = deferred();
    const held: Deferred<void> = deferred();
    const job = await jobs.start({
      stages: slowIn('script', 0),
      api: (api) => ({
        ...api,
        delete: async (...args) => {
          deletes.resolve();
          await held.promise;
          return api.delete(...args);
        },
      }),
    });
    await deletes.promise;
    // Down for longer than the few tries of one call take.
    await without('kube-apiserver', { force: true }, async () => {
      held.resolve();
      await job.recorder.seen(({ type }) => type === 'unit-finished');
    });
    await expectWhole(job, 'script');
  });
});

it('the database of the API server is killed in a script and at a job’s end: the jobs go on, and clean up', async ({
  skip,
}) => {
  skip(cluster().own === undefined, needsOwnCluster);
  const long = await jobs.start({ stages: slowIn('script', 6) });
  const short = await jobs.start({ stages: slowIn('after', 1) });
  await Promise.all([long, short].map(isHere));
  await without('etcd', { force: true }, () =>
    short.recorder.seen((event) => event.type === 'stage-finished' && event.stage.name === 'after'),
  );
  await expectWhole(long, 'script');
  await expectWhole(short, 'after');
});

describe('the kubelet', () => {
  it('is killed in a script: the script goes on, and the session comes back', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({ stages: slowIn('script', 6) });
    await isHere(job);
    await without('kubelet', { force: true }, nothing);
    await expectWhole(job, 'script');
  });

  it('is stopped when a job begins: the job waits for it', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const begun: StartedJob[] = [];
    await without('kubelet', { force: false }, async () => {
      const job = await jobs.start({ stages: slowIn('script', 0) });
      begun.push(job);
      await job.recorder.seen((event) => event.type === 'unit-waiting' && event.node !== undefined);
    });
    for (const job of begun) await expectWhole(job, 'script');
  });
});

it('the container runtime is killed in a script: the script goes on, and the session comes back', async ({
  skip,
}) => {
  skip(cluster().own === undefined, needsOwnCluster);
  const job = await jobs.start({ stages: slowIn('script', 6) });
  await isHere(job);
  await without('containerd', { force: true }, nothing);
  await expectWhole(job, 'script');
});

/** Resolves, without the API, when the record of a stage's exit lies in a pod's logs volume on this machine. */
async function exitRecord(uid: string): Promise<void> {
  const folder = join(kubeletFolder, 'pods', uid, 'volumes/kubernetes.io~empty-dir/logs');
  const over = new AbortController();
  const changes = watch(folder, { signal: over.signal });
  try {
    if ((await readdir(folder)).some(isExit)) return;
    for await (const { filename } of changes) if (isExit(filename ?? '')) return;
  } finally {
    over.abort();
  }
}
const isExit = (file: string): boolean => file.startsWith('exit.');
