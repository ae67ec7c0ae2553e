import { resourceTypes } from '@millrace/kube-objects';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobStarter, type StartedJob } from './executor-fixture.ts';

let cluster: ClusterHandle;
let jobs: ReturnType<typeof jobStarter>;

beforeAll(async () => {
  cluster = await startEmbeddedHandle();
  jobs = jobStarter(cluster);
});
afterAll(async () => {
  await jobs.close();
  await cluster.close();
});

/** 5 MB of numbered lines. */
const lines = 100_000;
const numbered = `i=0; seq -f 'line %09g of a log that must arrive whole and in order' 1 ${lines}`;
const expected = Array.from(
  { length: lines },
  (_, index) =>
    `line ${String(index + 1).padStart(9, '0')} of a log that must arrive whole and in order\n`,
).join('');

it('the session is cut at 20 points of a 5 MB output: the log is complete, in order, without repeats, and the status right', async () => {
  const job = await jobs.start({ stages: [{ name: 'script', script: `${numbered}; exit 3` }] });
  let received = 0;
  let cuts = 0;
  const original = job.recorder.emit;
  void original;
  const cutAt = Array.from({ length: 20 }, (_, index) =>
    Math.floor((expected.length * (index + 0.5)) / 20),
  );
  for (;;) {
    const next = cutAt[cuts];
    if (next === undefined) break;
    const events = job.recorder.events.length;
    received = job.recorder.output().length;
    if (received >= next) {
      // A cut while the client is between two connections hits nothing; it counts when it hit one.
      cuts += cluster.faults.cut('exec', cuts % 2 === 0 ? 'close' : 'reset') > 0 ? 1 : 0;
    }
    if (job.recorder.events.length === events)
      await job.recorder.seen((event) => job.recorder.events.indexOf(event) >= events);
    if (job.recorder.events.some(({ type }) => type === 'finished')) break;
  }
  expect((await job.result).outcome).toMatchObject({
    kind: 'failure',
    reason: 'script_failed',
    exitCode: 3,
  });
  const output = job.recorder.output().toString();
  expect(output.length).toBe(expected.length);
  expect(output === expected).toBe(true);
  expect(cuts).toBeGreaterThan(5);
});

/** Stages of a job in which something goes wrong: in the helper before user code, in user code, and after it. */
const stages = ['prepare', 'script', 'after'] as const;
const stagesSleepingIn = (sleeping: string) =>
  stages.map((name) => ({
    name,
    container: name === 'script' ? 'build' : 'helper',
    script: name === sleeping ? 'echo here; sleep 300' : 'true',
  }));

const faults: readonly [string, (job: StartedJob) => Promise<unknown> | undefined, RegExp][] = [
  [
    'the pod is deleted',
    (job) =>
      cluster.api.delete(
        { type: resourceTypes.pods, namespace: job.namespace, name: job.podName },
        { gracePeriodSeconds: 0 },
        { signal: new AbortController().signal },
      ),
    /^pod_deleted$/,
  ],
  [
    'the pod is evicted',
    (job) =>
      void cluster.faults.evict(
        job.namespace,
        job.podName,
        'The node was low on resource: memory.',
      ) as undefined,
    /^evicted$/,
  ],
  [
    'the build container is killed',
    (job) => void cluster.faults.killContainer(job.namespace, job.podName, 'build') as undefined,
    /^container_terminated$/,
  ],
  [
    'the helper container is killed',
    (job) => void cluster.faults.killContainer(job.namespace, job.podName, 'helper') as undefined,
    /^container_terminated$/,
  ],
  [
    'the build container runs out of memory',
    (job) =>
      void cluster.faults.killContainer(job.namespace, job.podName, 'build', {
        outOfMemory: true,
      }) as undefined,
    /^oom_killed$/,
  ],
];

describe.each(faults)('%s', (_fault, cause, reason) => {
  it.each(stages)('during %s: a named failure, never success', async (stage) => {
    const job = await jobs.start({ stages: stagesSleepingIn(stage) });
    await job.recorder.seen((event) => event.type === 'output');
    await cause(job);
    const { outcome } = await job.result;
    expect(outcome.kind).toBe('failure');
    if (outcome.kind !== 'failure') return;
    expect(outcome.reason).toMatch(reason);
    expect(outcome.message).not.toBe('');
    expect(outcome.exitCode).toBeUndefined();
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });
});

it.each(stages)(
  'the session is closed without a status during %s: the job goes on and its own exit counts',
  async (stage) => {
    const job = await jobs.start({
      stages: stages.map((name) => ({
        name,
        container: name === 'script' ? 'build' : 'helper',
        script: name === stage ? 'echo here; sleep 1; exit 4' : 'true',
      })),
    });
    await job.recorder.seen((event) => event.type === 'output');
    expect(cluster.faults.cut('exec', 'close')).toBe(1);
    expect((await job.result).outcome).toMatchObject({ kind: 'failure', exitCode: 4 });
  },
);
