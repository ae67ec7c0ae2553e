import type { KubeApi, LogStream, RunEvent } from '@millrace/core';
import { RunnerError } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { stepContainer, type ClusterHandle } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter, type StartedJob } from './executor-fixture.ts';

const { signal } = new AbortController();

/** Pods, containers, watches and logs that are lost at any point of a container unit. */
export const executorContainerFaultsSuite: Suite = defineSuite(
  'executor container faults',
  (cluster) => {
    const jobs = jobStarter(cluster);

    describe('a pod that is taken away is a named failure, never a success', () => {
      it('deleted while it waits for a node', async () => {
        const job = await jobs.startUnits({
          units: [
            {
              id: 'one',
              script: 'true',
              contributions: [nowhere],
            },
          ],
        });
        await job.recorder.seen(
          (event) =>
            event.type === 'unit-waiting' && event.note?.includes('Unschedulable') === true,
        );
        await deletePod(cluster(), job, 0);
        const { outcome, units } = await job.result;
        expect(outcome).toMatchObject({ kind: 'failure', reason: 'pod_deleted' });
        expect(units[0]).not.toHaveProperty('startedAt');
        expect(await cluster().leftovers(job.namespace)).toEqual([]);
      });

      it('deleted at once while its container runs', async () => {
        const job = await running();
        await deletePod(cluster(), job, 0);
        await expectLost(job, /^pod_deleted$/);
      });

      it('deleted with time to end, which its program uses to end with 0', async () => {
        const job = await jobs.startUnits({
          units: [
            {
              id: 'one',
              script: 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done',
            },
          ],
        });
        await job.recorder.seen((event) => event.type === 'output');
        await deletePod(cluster(), job, 10);
        const { units } = await expectLost(job, /^pod_deleted$/);
        expect(units[0]).toMatchObject({ exitCode: 0 });
        expect(job.recorder.output().toString()).toMatch(/^up\nbye\n/);
      });

      it('evicted while its container runs', async () => {
        const job = await running();
        await cluster().faults.evict(
          job.namespace,
          job.podName,
          'The node was low on resource: memory.',
        );
        await expectLost(job, /^evicted$/);
      });

      it('deleted while its log is still being told: its own end stays', async () => {
        let deleted: Promise<unknown> | undefined;
        const job = await jobs.startUnits({
          units: [{ id: 'one', script: 'seq 1 200000; exit 3' }],
          observe: async (event) => {
            if (event.type !== 'output') return;
            // Nothing more is read until the container has ended and its pod was deleted.
            deleted ??= ended(cluster(), job).then(() => deletePod(cluster(), job, 0));
            await deleted;
          },
        });
        expect(await job.result).toMatchObject({
          outcome: { reason: 'script_failed', exitCode: 3 },
          units: [{ exitCode: 3 }],
        });
      });
    });

    it('a container out of memory is told as such, with its exit code', async ({ skip }) => {
      skip(cluster().faults.killContainer === undefined, 'the handle has no hold of the node');
      const job = await running();
      await cluster().faults.killContainer?.(job.namespace, job.podName, stepContainer, {
        outOfMemory: true,
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'oom_killed', exitCode: 137 });
    });

    it('a container that somebody kills has its own exit code', async ({ skip }) => {
      skip(cluster().faults.killContainer === undefined, 'the handle has no hold of the node');
      const job = await running();
      await cluster().faults.killContainer?.(job.namespace, job.podName, stepContainer);
      expect((await job.result).outcome).toMatchObject({ reason: 'script_failed', exitCode: 137 });
    });

    it('a container that others have put beside the unit’s own does not hold up its end', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo done; exit 4' }],
        plugins: [
          {
            $$type: '@millrace/plugin',
            name: '@millrace/test-injector',
            apiVersion: '1',
            configKey: 'injector',
            configSchema: {
              '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
            },
            setup: ({ tap }) =>
              tap('patchPod', (pod) => {
                const spec = pod['spec'] as { readonly containers: readonly object[] };
                const sidecar = {
                  name: 'injected',
                  image: cluster().images.shell,
                  imagePullPolicy: 'IfNotPresent',
                  command: ['/bin/sh', '-c', 'sleep 600'],
                };
                return {
                  ...pod,
                  spec: { ...spec, containers: [sidecar, ...spec.containers] },
                } as typeof pod;
              }),
          },
        ],
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 4 });
      expect(job.recorder.output().toString()).toBe('done\n');
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('connections that are cut during the log lose and repeat no line, and change no exit code', async () => {
      let cuts = 0;
      let received = 0;
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: `${numbered}\nexit 3` }],
        observe: (event) => {
          if (event.type !== 'output') return Promise.resolve();
          received += event.bytes.length;
          if (received > (cuts + 1) * 200_000) {
            cuts += cluster().faults.cut('log', cuts % 2 === 0 ? 'reset' : 'close');
            cluster().faults.cut('watch', cuts % 2 === 0 ? 'close' : 'reset');
          }
          return Promise.resolve();
        },
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 3 });
      expect(job.recorder.output().toString() === allNumbers).toBe(true);
      expect(cuts).toBeGreaterThanOrEqual(2);
    });

    it('a stream that ends as if the log were over while the container runs is taken up again', async () => {
      let opened = 0;
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo a; sleep 2; echo b; sleep 2; echo c' }],
        limits: { logEndLag: 10 },
        api: (api) => ({
          ...api,
          logs: (...args) => {
            opened += 1;
            return opened > 2 ? api.logs(...args) : firstPiece(api, args);
          },
        }),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(job.recorder.output().toString()).toBe('a\nb\nc\n');
      expect(opened).toBeGreaterThanOrEqual(3);
    });

    it('a stream that does not end when the container has ended is left, and what there is is read', async () => {
      let opened = 0;
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo a; sleep 1; echo b; exit 6' }],
        limits: { logDrain: 100 },
        api: (api) => ({
          ...api,
          logs: (...args) => {
            opened += 1;
            return opened > 1 ? api.logs(...args) : hanging(api, args);
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 6 });
      expect(job.recorder.output().toString()).toBe('a\nb\n');
    });

    it.each([
      ['that cannot be had for a while is told when it can', 500, 'InternalError', 8, 'out\n'],
      ['that the kubelet has not yet is asked for again', 400, 'BadRequest', 2, 'out\n'],
      ['that may not be read is told of in one line', 403, 'Forbidden', 1_000, lostWords],
      ['of which nobody knows is told of in one line', 404, 'NotFound', 1_000, lostWords],
    ])('a log %s, and the exit code counts', async (_what, code, reason, times, expected) => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo out; exit 9' }],
        limits: { lookAgain: 10 },
        api: (api) => refusingLogs(api, code, reason, times),
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 9 });
      expect(job.recorder.output().toString()).toMatch(expected);
    });

    it('a log that cannot be had any more holds up the end for a bounded time only', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo out; exit 9' }],
        limits: { lookAgain: 10, logPatience: 100 },
        api: (api) => refusingLogs(api, 503, 'ServiceUnavailable', 1_000_000),
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 9 });
      expect(job.recorder.output().toString()).toMatch(lostWords);
    });

    it('an unschedulable pod fails when its time to start is over, and says why', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'true', startTimeoutSeconds: 2, contributions: [nowhere] }],
      });
      const { outcome } = await job.result;
      expect(outcome).toMatchObject({ reason: 'pod_unschedulable' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('an unschedulable pod without a time of its own waits as long as the job has, and its story is told', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'true', contributions: [nowhere] }],
        timeoutSeconds: 2,
      });
      const { outcome } = await job.result;
      expect(outcome).toMatchObject({ reason: 'job_timeout' });
      expect(JSON.stringify(outcome)).toContain('Unschedulable');
    });

    const running = async (): Promise<StartedJob> => {
      const job = await jobs.startUnits({ units: [{ id: 'one', script: 'echo up; sleep 300' }] });
      await job.recorder.seen((event: RunEvent) => event.type === 'output');
      return job;
    };
    const expectLost = async (job: StartedJob, reason: RegExp) => {
      const result = await job.result;
      const { outcome } = result;
      expect(outcome.kind).toBe('failure');
      if (outcome.kind !== 'failure') return result;
      expect(outcome.reason).toMatch(reason);
      expect(outcome.exitCode).toBeUndefined();
      expect(outcome.story?.length).toBeGreaterThan(0);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
      return result;
    };
  },
);

const lostWords = /^WARNING: the log may be incomplete from byte 0 on: .+\n$/;

const nowhere = {
  kind: 'field',
  path: '/spec/nodeSelector',
  op: 'merge',
  value: { 'millrace.test/no-such': 'node' },
  source: { plugin: 'test' },
} as const;

/** 1.3 MB in bursts, so that there is a connection to cut. */
const numbered = `
for burst in 0 1 2 3 4 5 6 7 8 9; do
  printf "line $burst-%06d of a log\\n" $(seq 1 5000)
  sleep 0.2
done`;
const allNumbers = Array.from({ length: 10 }, (_, burst) =>
  Array.from(
    { length: 5000 },
    (__, at) => `line ${burst}-${String(at + 1).padStart(6, '0')} of a log\n`,
  ).join(''),
).join('');

const deletePod = (
  { api }: ClusterHandle,
  { namespace, podName: name }: StartedJob,
  gracePeriodSeconds: number,
): Promise<boolean> =>
  api.delete({ type: resourceTypes.pods, namespace, name }, { gracePeriodSeconds }, { signal });

/** Resolves when the pod's phase says that it is over. */
async function ended({ api }: ClusterHandle, { namespace, podName }: StartedJob): Promise<void> {
  const watch = api.watch({
    type: resourceTypes.pods,
    namespace,
    fieldSelector: `metadata.name=${podName}`,
  });
  try {
    for await (const { object } of watch.changes) {
      const { phase } = object['status'] as { readonly phase?: string };
      if (phase === 'Failed' || phase === 'Succeeded') return;
    }
  } finally {
    watch.dispose();
  }
}

type LogArguments = Parameters<KubeApi['logs']>;

/** Ends cleanly behind its first piece. */
function firstPiece(api: KubeApi, args: LogArguments): LogStream {
  const stream = api.logs(...args);
  return {
    place: stream.place,
    gap: stream.gap,
    [Symbol.asyncIterator]: async function* pieces() {
      for await (const bytes of stream) {
        yield bytes;
        return;
      }
    },
  };
}

/** Gives its first piece and then nothing more, not even an end. */
function hanging(api: KubeApi, args: LogArguments): LogStream {
  const stream = api.logs(...args);
  const [, options] = args;
  return {
    place: stream.place,
    gap: stream.gap,
    [Symbol.asyncIterator]: async function* pieces() {
      for await (const bytes of stream) {
        yield bytes;
        break;
      }
      await new Promise((_resolve, reject) =>
        options.signal.addEventListener('abort', () => reject(options.signal.reason as Error)),
      );
    },
  };
}

/** An API that refuses its first so many log requests. */
function refusingLogs(api: KubeApi, code: number, reason: string, times: number): KubeApi {
  let left = times;
  return {
    ...api,
    logs: (...args) => {
      left -= 1;
      if (left < 0) return api.logs(...args);
      return {
        place: () => undefined,
        gap: () => undefined,
        [Symbol.asyncIterator]: () => ({
          next: () =>
            Promise.reject(
              new RunnerError(`get pods/log: ${reason}`, {
                code: 'MILLRACE_E_TEST',
                kind: 'system',
                reason: code === 400 ? 'container_not_started' : 'api_rejected',
                retry: code >= 500 ? 'operation' : 'never',
              }),
            ),
        }),
      };
    },
  };
}
