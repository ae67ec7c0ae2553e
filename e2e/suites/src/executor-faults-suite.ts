import type { RunEvent } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { ClusterHandle } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter, type StartedJob } from './executor-fixture.ts';

/** Pods, containers and sessions that are lost at any point of a job. */
export const executorFaultsSuite: Suite = defineSuite('executor faults', (cluster) => {
  const jobs = jobStarter(cluster);

  it('the session is cut at 20 points of a 5 MB output: the log is complete, in order, without repeats, and the status right', async () => {
    closeSessions(cluster());
    const cutAt = randomPoints(20, lines * line(1).length * 0.8);
    let received = 0;
    let cuts = 0;
    let told: Promise<void> | undefined;
    const cutWhenDue = (event: RunEvent): Promise<void> => {
      if (event.type !== 'output') return Promise.resolve();
      received += event.bytes.length;
      const next = cutAt[cuts];
      if (next === undefined) told ??= tellEnough(cluster(), job);
      else if (received >= next)
        // A cut while the client is between two connections hits nothing; it is made up for with the next output.
        cuts += cluster().faults.cut('exec', cuts % 2 === 0 ? 'close' : 'reset');
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
    await told;
    const output = job.recorder.output().toString();
    const count = Number(/\n(\d+) lines\n$/.exec(output)?.[1]);
    const expected = Array.from({ length: count }, (_, index) => line(index + 1)).join('');
    expect(count).toBeGreaterThanOrEqual(lines);
    expect(output === `${expected}${count} lines\n`).toBe(true);
    expect(cuts).toBe(20);
  });

  describe.each(faults)('$title', ({ cause, reason, needsNode = false }) => {
    it.for(stages)('during %s: a named failure, never success', async (stage, { skip }) => {
      skip(
        needsNode && cluster().faults.killContainer === undefined,
        'the handle has no hold of the node',
      );
      const job = await jobs.start({ stages: stagesSleepingIn(stage) });
      await job.recorder.seen((event) => event.type === 'output');
      await cause(cluster(), job);
      const { outcome } = await job.result;
      expect(outcome.kind).toBe('failure');
      if (outcome.kind !== 'failure') return;
      expect(outcome.reason).toMatch(reason);
      expect(outcome.message).not.toBe('');
      expect(outcome.exitCode).toBeUndefined();
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });
  });

  it.each(stages)(
    'the session is closed without a status during %s: the job goes on and its own exit counts',
    async (stage) => {
      closeSessions(cluster());
      const job = await jobs.start({
        stages: stages.map((name) => ({
          name,
          container: name === 'script' ? 'build' : 'helper',
          script: name === stage ? 'echo here; sleep 1; exit 4' : 'true',
        })),
      });
      await job.recorder.seen((event) => event.type === 'output');
      expect(cluster().faults.cut('exec', 'close')).toBe(1);
      expect((await job.result).outcome).toMatchObject({ kind: 'failure', exitCode: 4 });
    },
  );
});

/** 5 MB. */
const lines = 100_000;
const burst = 2_500;
const line = (number: number): string =>
  `line ${String(number).padStart(9, '0')} of a log that must arrive whole and in order\n`;
/** In bursts, so that there is a connection to cut at every point, and on until all cuts are made. */
const numbered = `
from=1
while [ $from -le ${lines} ] || [ ! -e "\${0%/*}/enough" ]; do
  printf 'line %09d of a log that must arrive whole and in order\\n' $(seq $from $((from + ${burst - 1})))
  from=$((from + ${burst}))
  sleep 0.1
done
echo "$((from - 1)) lines"`;

/** Lets {@link numbered} come to its end. */
async function tellEnough(
  { api }: ClusterHandle,
  { namespace, podName: pod, scriptsDirectory }: StartedJob,
): Promise<void> {
  const command = ['touch', `${scriptsDirectory}/enough`];
  const told = await api.exec({ namespace, pod, container: 'helper', command }, { signal });
  expect(await told.status).toMatchObject({ exitCode: 0 });
}

/** A connection of an earlier job may take a moment to end by itself, and would count as cut. */
const closeSessions = ({ faults }: ClusterHandle): void => void faults.cut('exec', 'close');

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

interface Fault {
  readonly title: string;
  readonly cause: (cluster: ClusterHandle, job: StartedJob) => Promise<unknown> | undefined;
  readonly reason: RegExp;
  /** It is done to processes of the node, past the API. */
  readonly needsNode?: boolean;
}

const killing = (
  container: string,
  { outOfMemory }: { readonly outOfMemory: boolean } = { outOfMemory: false },
): Pick<Fault, 'cause' | 'needsNode'> => ({
  cause: ({ faults }, { namespace, podName }) =>
    faults.killContainer?.(namespace, podName, container, { outOfMemory }),
  needsNode: true,
});

const faults: readonly Fault[] = [
  {
    title: 'the pod is deleted',
    cause: ({ api }, { namespace, podName: name }) =>
      api.delete(
        { type: resourceTypes.pods, namespace, name },
        { gracePeriodSeconds: 0 },
        { signal },
      ),
    reason: /^pod_deleted$/,
  },
  {
    title: 'the pod is evicted',
    cause: ({ faults: { evict } }, { namespace, podName }) =>
      evict(namespace, podName, 'The node was low on resource: memory.'),
    reason: /^evicted$/,
  },
  {
    title: 'the build container is killed',
    ...killing('build'),
    reason: /^container_terminated$/,
  },
  {
    title: 'the helper container is killed',
    ...killing('helper'),
    reason: /^container_terminated$/,
  },
  {
    title: 'the build container runs out of memory',
    ...killing('build', { outOfMemory: true }),
    reason: /^oom_killed$/,
  },
];
