import {
  nothingTaken,
  RunnerError,
  takenAfter,
  type JobRecord,
  type KubeApi,
  type RecordedUnit,
  type RunEvent,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobBeginner, type BegunJob } from './begun-job.ts';

const { signal } = new AbortController();
let cluster: ClusterHandle;
let jobs: ReturnType<typeof jobBeginner>;

beforeAll(async () => {
  cluster = await startEmbeddedHandle();
  jobs = jobBeginner(cluster);
});
afterAll(async () => {
  await jobs.close();
  await cluster.close();
});

const one = { id: 'one', script: 'echo begun; sleep 1; echo done; exit 3' };
const outputBegins = (event: RunEvent): boolean =>
  event.type === 'output' && Buffer.from(event.bytes).includes('done');
const isReady = ({ type }: RunEvent): boolean => type === 'unit-ready';
const isCreating = ({ type }: RunEvent): boolean => type === 'unit-creating';
const text = ({ recorder }: BegunJob): string => recorder.output().toString();
const deletePod = ({ namespace, podName: name }: BegunJob): Promise<boolean> =>
  cluster.api.delete(
    { type: resourceTypes.pods, namespace, name },
    { gracePeriodSeconds: 0 },
    { signal },
  );
const changedUnit =
  (change: Partial<RecordedUnit>) =>
  (record: JobRecord): JobRecord => ({
    ...record,
    units: record.units.map((unit) => ({ ...unit, ...change })),
  });
/** As the record is between its write and the pod's create call. */
const aboutToCreate = (begunAt: number): ((record: JobRecord) => JobRecord) =>
  changedUnit({ begun: true, userCodeStarted: true, begunAt });

describe('a container', () => {
  it('that ended while nobody was there counts with its own exit code, and its log is whole', async () => {
    const job = await jobs.begin({ units: [one], stopAt: outputBegins });
    expect(await job.adopt()).toMatchObject({
      outcome: { reason: 'script_failed', exitCode: 3 },
      units: [{ exitCode: 3, attempts: 1 }],
    });
    expect(text(job)).toBe('begun\ndone\n');
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('whose log was taken without a place is read again, and what was taken is passed over', async () => {
    const job = await jobs.begin({ units: [one], stopAt: outputBegins });
    const { output, events } = job.recorder.events.reduce(takenAfter, nothingTaken);
    const taken = {
      events,
      output: { one: { attempt: 1, offset: output['one']?.offset ?? 0 } },
    };
    expect(taken.output.one.offset).toBe('begun\n'.length);
    await job.adopt({ taken });
    expect(text(job)).toBe('begun\ndone\n');
  });

  it('is stopped when the job was canceled before', async () => {
    const job = await jobs.begin({
      units: [{ id: 'one', stopGraceSeconds: 1, script: 'echo begun; sleep 300' }],
      stopAt: isReady,
    });
    const result = await job.adopt(
      {},
      {
        change: (record) => ({
          ...record,
          ended: {
            how: 'cancel',
            code: 'MILLRACE_E_CANCELED',
            kind: 'canceled',
            reason: 'canceled',
            message: 'canceled by a user',
          },
        }),
      },
    );
    expect(result.outcome).toEqual({ kind: 'canceled', message: 'canceled by a user' });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('that was being stopped, and is gone, ends as was decided then', async () => {
    const job = await jobs.begin({
      units: [{ id: 'one', script: 'echo begun; sleep 300' }],
      stopAt: (event) => event.type === 'output',
    });
    await deletePod(job);
    const result = await job.adopt({}, { change: changedUnit({ stopping: { kind: 'success' } }) });
    expect(result.outcome).toEqual({ kind: 'success' });
    expect(text(job)).toMatch(/^WARNING: the log may be incomplete from byte 0 on: pod /);
  });
});

describe('a pod that is not there', () => {
  it('after it was ready is lost; nothing runs twice, and the log says what it lacks', async () => {
    const job = await jobs.begin({ units: [one], stopAt: outputBegins });
    await deletePod(job);
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'pod_deleted' });
    expect(text(job)).toMatch(/^begun\nWARNING: the log may be incomplete from byte 6 on: .*\n$/);
    expect(await podsMade(job)).toBe(1);
  });

  it('though it may have been made, and has left no event, never was: it is made', async () => {
    const job = await jobs.begin({ units: [one], stopAt: isCreating });
    expect((await job.adopt({}, { change: aboutToCreate(Date.now()) })).outcome).toMatchObject({
      exitCode: 3,
    });
    expect(text(job)).toBe('begun\ndone\n');
    expect(await podsMade(job)).toBe(1);
  });

  it('and has left events is lost, though nobody knew that it was made', async () => {
    const job = await jobs.begin({ units: [one], stopAt: isReady });
    await deletePod(job);
    const result = await job.adopt(
      {},
      {
        change: (record) => ({
          ...record,
          objects: record.objects.map(({ uid: _unknown, ...object }) => object),
        }),
      },
    );
    expect(result.outcome).toMatchObject({ reason: 'pod_deleted' });
    expect(await podsMade(job)).toBe(1);
  });

  it.each([
    ['without the right to look at events', (): number => Date.now(), true],
    ['when its events would be forgotten by now', (): number => 1, false],
  ])('is a doubt that fails by name %s', async (_when, begunAt, forbidden) => {
    const job = await jobs.begin({ units: [one], stopAt: isCreating });
    const result = await job.adopt(
      {},
      {
        change: aboutToCreate(begunAt()),
        api: (api): KubeApi =>
          forbidden
            ? {
                ...api,
                list: () =>
                  Promise.reject(
                    new RunnerError('events is forbidden', {
                      code: 'MILLRACE_E_TEST',
                      kind: 'config',
                      reason: 'api_forbidden',
                    }),
                  ),
              }
            : api,
      },
    );
    expect(result.outcome).toMatchObject({ kind: 'failure', reason: 'result_unknown' });
    expect(await podsMade(job)).toBe(0);
  });
});

/** Pods of the job's unit that were asked for and made. */
const podsMade = ({ namespace }: BegunJob): Promise<number> =>
  Promise.resolve(
    cluster
      .requests()
      .filter(
        (request) =>
          request.verb === 'create' &&
          request.resource === 'pods' &&
          request.subresource === '' &&
          request.namespace === namespace,
      ).length,
  );
