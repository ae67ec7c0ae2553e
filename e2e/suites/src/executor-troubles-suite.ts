import { getEventListeners } from 'node:events';
import { deferred, type Deferred } from '@millrace/async';
import {
  RunnerError,
  type JobRecord,
  type JobStore,
  type KubeApi,
  type KubeObject,
  type WatchChange,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter } from './executor-fixture.ts';

const canceled = new RunnerError('canceled', { code: 'MILLRACE_E_CANCELED', kind: 'canceled' });
const trouble = new RunnerError('connection reset', {
  code: 'MILLRACE_E_TEST',
  kind: 'system',
  reason: 'api_unreachable',
});
const ok = [{ name: 'script', script: 'echo started' }];
const { signal } = new AbortController();

/** Calls, records and logs that fail beside a job. */
export const executorTroublesSuite: Suite = defineSuite('executor troubles', (cluster) => {
  const jobs = jobStarter(cluster);

  describe('creating', () => {
    it('a pod whose create call lost its answer is found and removed', async () => {
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({
          ...api,
          create: async (...args) => {
            await api.create(...args);
            throw trouble;
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'api_unreachable' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('a pod that appears after its create call was given up is looked for again', async () => {
      let late: Promise<unknown> = Promise.resolve();
      const job = await jobs.start({
        stages: ok,
        api: (api) => {
          let looked: (() => void) | undefined;
          return {
            ...api,
            create: (...args) => {
              late = new Promise<void>((resolve) => {
                looked = resolve;
              }).then(() => api.create(...args));
              return Promise.reject(trouble);
            },
            get: async (...args) => {
              try {
                return await api.get(...args);
              } finally {
                looked?.();
                await late;
              }
            },
          };
        },
      });
      await job.result;
      await late;
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('an object of somebody else that has the pod’s name is left alone', async () => {
      const namespace = await cluster().newNamespace();
      const foreign = (name: string): KubeObject => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace },
        spec: {
          containers: [
            {
              name: 'a',
              image: cluster().images.shell,
              imagePullPolicy: 'IfNotPresent',
              command: ['sleep', '60'],
            },
          ],
        },
      });
      await cluster().api.create(resourceTypes.pods, foreign('job-taken'), { signal });
      const job = await jobs.start({ namespace, jobId: 'taken', stages: ok });
      expect((await job.result).outcome).toMatchObject({ reason: 'api_already_exists' });
      const ref = { type: resourceTypes.pods, namespace, name: 'job-taken' };
      expect((await cluster().api.get(ref, { signal })).metadata.deletionTimestamp).toBeUndefined();
      await cluster().api.delete(ref, { gracePeriodSeconds: 0 }, { signal });
    });

    it('a cancel while the pod is created leaves nothing', async () => {
      const cancel: { now: () => void } = { now: () => undefined };
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({
          ...api,
          create: (...args) => {
            cancel.now();
            return api.create(...args);
          },
        }),
        observe: (event) => {
          if (event.type === 'unit-creating') cancel.now = () => job.cancel.abort(canceled);
          return Promise.resolve();
        },
      });
      expect((await job.result).outcome.kind).toBe('canceled');
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('a cancel before anything is made is no success', async () => {
      const job = await jobs.start({ stages: ok, canceled: true });
      expect((await job.result).outcome.kind).toBe('canceled');
      expect(job.recorder.events.map(({ type }) => type)).not.toContain('unit-creating');
    });

    it('a pod that is gone before the watch mentions it fails the job by name', async () => {
      const job = await jobs.start({
        stages: ok,
        limits: { unseenPod: 50, waitingRepeat: 50 },
        api: (api) => ({
          ...api,
          watch: () => ({
            changes: {
              [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
            },
            dispose: () => undefined,
          }),
          create: async (type, object, options) => {
            const created = await api.create(type, object, options);
            const { namespace = '', name = '' } = created.metadata;
            await api.delete({ type, namespace, name }, { gracePeriodSeconds: 0 }, options);
            return created;
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'pod_deleted' });
    });
  });

  describe('waiting', () => {
    const unschedulable = [
      {
        kind: 'field' as const,
        path: '/spec/nodeSelector',
        op: 'merge' as const,
        value: { nowhere: 'true' },
        source: { plugin: 'test' },
      },
    ];

    it('is said again while nothing changes, and a cancel ends it', async () => {
      let said = 0;
      const job = await jobs.start({
        stages: ok,
        contributions: unschedulable,
        limits: { waitingRepeat: 20 },
        observe: (event) => {
          if (event.type === 'unit-waiting' && (said += 1) === 20) job.cancel.abort();
          return Promise.resolve();
        },
      });
      expect((await job.result).outcome).toEqual({ kind: 'canceled', message: 'canceled' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('ends with what the scheduler says', async () => {
      const said: Deferred<void> = deferred();
      const job = await jobs.start({
        stages: ok,
        contributions: unschedulable,
        unit: { startTimeoutSeconds: 0.1 },
        api: (api) => ({
          ...api,
          // However long the scheduler takes: the time for the start is counted from when this answers.
          create: async (...args) => {
            const created = await api.create(...args);
            await said.promise;
            return created;
          },
          watch: (selection) => {
            const { changes, dispose } = api.watch(selection);
            return { changes: telling(changes, isUnschedulable, said.resolve), dispose };
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'pod_unschedulable' });
    });
  });

  describe('whoever takes the log', () => {
    it.each(['unit-creating', 'output', 'stage-finished', 'unit-finished'])(
      'fails at %s: the job is no success, and is cleaned up',
      async (type) => {
        const job = await jobs.start({
          stages: ok,
          observe: (event) =>
            event.type === type ? Promise.reject(new Error('disk full')) : Promise.resolve(),
        });
        expect((await job.result).outcome).toMatchObject({
          kind: 'failure',
          message: expect.stringContaining('disk full'),
        });
        expect(await cluster().leftovers(job.namespace)).toEqual([]);
      },
    );
  });

  describe('the record', () => {
    const failing =
      (when: (record: JobRecord) => boolean) =>
      (store: JobStore): JobStore => ({
        ...store,
        write: (record, ...rest) =>
          when(record) ? Promise.reject(new Error('disk full')) : store.write(record, ...rest),
      });

    it.each<[string, (record: JobRecord) => boolean]>([
      ['before an object is created', ({ objects }) => objects.length > 0],
      ['before user code starts', ({ units }) => units[0]?.userCodeStarted === true],
    ])('cannot be written %s: the job stops there, by name', async (_when, when) => {
      const job = await jobs.start({ stages: ok, wrapStore: failing(when) });
      expect((await job.result).outcome).toMatchObject({ kind: 'failure', message: 'disk full' });
      expect(job.recorder.output().toString()).toBe('');
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('cannot be written afterwards: the script’s own exit counts, and all is cleaned up', async () => {
      const job = await jobs.start({
        stages: ok,
        wrapStore: failing(({ units }) => (units[0]?.stages.length ?? 0) > 0),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('names a pod before its create call, and user code before it starts', async () => {
      const seen: string[] = [];
      const job = await jobs.start({
        stages: [{ name: 'prepare', container: 'helper', script: 'true', userCode: false }, ...ok],
        wrapStore: (store) => ({
          ...store,
          write: async (record, ...rest) => {
            const revision = await store.write(record, ...rest);
            seen.push(
              `wrote ${record.objects.length} objects${record.units[0]?.userCodeStarted === true ? ', user code' : ''}`,
            );
            return revision;
          },
        }),
        api: (api: KubeApi) => ({
          ...api,
          create: (...args) => {
            seen.push('create');
            return api.create(...args);
          },
        }),
        observe: (event) => {
          if (event.type === 'stage-started') seen.push(event.stage.name);
          return Promise.resolve();
        },
      });
      expect((await job.result).outcome.kind).toBe('success');
      expect(seen).toEqual([
        'wrote 1 objects',
        'create',
        'prepare',
        'wrote 1 objects, user code',
        'script',
        // The unit's result, and when its pod is gone the job's.
        'wrote 1 objects, user code',
        'wrote 0 objects, user code',
      ]);
    });
  });

  describe('cleaning up', () => {
    it('goes on when the job is aborted meanwhile', async () => {
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({
          ...api,
          delete: (...args) => {
            job.cancel.abort(canceled);
            job.abort.abort(canceled);
            return api.delete(...args);
          },
        }),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('tells what it could not delete, and keeps it in the record', async () => {
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({ ...api, delete: () => Promise.reject(trouble) }),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(job.recorder.events).toContainEqual({
        type: 'trouble',
        message: `Error cleaning up Pod ${job.namespace}/${job.podName}: connection reset`,
      });
      const {
        records: [stored],
      } = await job.store.list({ signal });
      expect(stored?.record.objects).toMatchObject([{ name: job.podName }]);
    });

    it('leaves no listener on the signals of whoever asked', async () => {
      const job = await jobs.start({ stages: ok });
      await job.result;
      const left = [job.cancel, job.abort].map((each) => getEventListeners(each.signal, 'abort'));
      expect(left).toEqual([[], []]);
    });

    it('is bounded in time when the API does not answer', async () => {
      const job = await jobs.start({
        stages: ok,
        limits: { cleanup: 50 },
        api: (api) => ({ ...api, delete: () => new Promise(() => undefined) }),
      });
      expect((await job.result).outcome.kind).toBe('success');
    });
  });

  describe('the outcome', () => {
    it('stays the script’s own when the pod is lost afterwards', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'script', script: 'exit 3' },
          { name: 'after', script: 'echo here; sleep 300', on: 'always', countsAsFailure: false },
        ],
      });
      await job.recorder.seen((event) => event.type === 'output');
      await cluster().api.delete(
        { type: resourceTypes.pods, namespace: job.namespace, name: job.podName },
        { gracePeriodSeconds: 0 },
        { signal },
      );
      expect((await job.result).outcome).toMatchObject({ reason: 'script_failed', exitCode: 3 });
    });

    it('is the API’s answer when the pods cannot be watched', async () => {
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({
          ...api,
          watch: () => {
            throw trouble;
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'api_unreachable' });
    });
  });
});

const isUnschedulable = ({ status }: KubeObject): boolean =>
  JSON.stringify(status ?? '').includes('"Unschedulable"');

/** The same changes; tells when one about such an object has been taken. */
async function* telling(
  changes: AsyncIterable<WatchChange>,
  match: (object: KubeObject) => boolean,
  tell: () => void,
): AsyncIterable<WatchChange> {
  for await (const change of changes) {
    yield change;
    if (match(change.object)) tell();
  }
}
