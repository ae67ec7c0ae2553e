import type { RunEvent } from '@millrace/core';
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

/** 5 MB of numbered lines, in bursts, so that there is a connection to cut at every point. */
const lines = 100_000;
const burst = 2_500;
const numbered = `
from=1
while [ $from -le ${lines} ]; do
  seq -f 'line %09g of a log that must arrive whole and in order' $from $((from + ${burst - 1}))
  from=$((from + ${burst}))
  sleep 0.1
done`;
const expected = Array.from(
  { length: lines },
  (_, index) =>
    `line ${String(index + 1).padStart(9, '0')} of a log that must arrive whole and in order\n`,
).join('');

it('the session is cut at 20 points of a 5 MB output: the log is complete, in order, without repeats, and the status right', async () => {
  const cutAt = randomPoints(20, expected.length * 0.8);
  let received = 0;
  let cuts = 0;
  const cutWhenDue = (event: RunEvent): Promise<void> => {
    if (event.type !== 'output') return Promise.resolve();
    received += event.bytes.length;
    const next = cutAt[cuts];
    if (next === undefined || received < next) return Promise.resolve();
    // A cut while the client is between two connections hits nothing; it is made up for with the next output.
    cuts += cluster.faults.cut('exec', cuts % 2 === 0 ? 'close' : 'reset');
    return Promise.resolve();
  };
  const job = await jobs.start({
    stages: [{ name: 'script', script: `${numbered}\nexit 3` }],
    observe: cutWhenDue,
  });
  expect((await job.result).outcome).toMatchObject({
    kind: 'failure',
    reason: 'script_failed',
    exitCode: 3,
  });
  const output = job.recorder.output().toString();
  expect(output.length).toBe(expected.length);
  expect(output === expected).toBe(true);
  expect(cuts).toBe(20);
});

/** Points in ascending order, others in every run. */
function randomPoints(count: number, below: number): readonly number[] {
  return Array.from({ length: count }, () => Math.floor(Math.random() * below)).toSorted(
    (a, b) => a - b,
  );
}

/** Stages of a job in which something goes wrong: in the helper before user code, in user code, and after it. */
const stages = ['prepare', 'script', 'after'] as const;
const stagesSleepingIn = (sleeping: string) =>
  stages.map((name) => ({
    name,
    container: name === 'script' ? 'build' : 'helper',
    script: name === sleeping ? 'echo here; sleep 300' : 'true',
  }));

const { signal } = new AbortController();
const { pods } = resourceTypes;

const faults: readonly [string, (job: StartedJob) => unknown, RegExp][] = [
  [
    'the pod is deleted',
    ({ namespace, podName: name }) =>
      cluster.api.delete({ type: pods, namespace, name }, { gracePeriodSeconds: 0 }, { signal }),
    /^pod_deleted$/,
  ],
  [
    'the pod is evicted',
    ({ namespace, podName }) =>
      cluster.faults.evict(namespace, podName, 'The node was low on resource: memory.'),
    /^evicted$/,
  ],
  ['the build container is killed', killing('build'), /^container_terminated$/],
  ['the helper container is killed', killing('helper'), /^container_terminated$/],
  ['the build container runs out of memory', killing('build', true), /^oom_killed$/],
];

function killing(container: string, outOfMemory = false): (job: StartedJob) => unknown {
  return ({ namespace, podName }) =>
    cluster.faults.killContainer?.(namespace, podName, container, { outOfMemory });
}

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
