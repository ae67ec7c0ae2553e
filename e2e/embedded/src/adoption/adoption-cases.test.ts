import { RunnerError, type RunEvent } from '@millrace/core';
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

const stages = [
  { name: 'prepare', container: 'helper', script: 'echo prepared', userCode: false },
  { name: 'script', script: 'echo begun; sleep 1; echo done; exit 3' },
  { name: 'after', script: 'echo after', on: 'always', afterCancel: true, countsAsFailure: false },
] as const;
const afterBegun = (event: RunEvent): boolean =>
  event.type === 'output' && Buffer.from(event.bytes).includes('done');
const beforeUserCode = (event: RunEvent): boolean =>
  event.type === 'stage-finished' && event.stage.name === 'prepare';
const text = ({ recorder }: BegunJob): string => recorder.output().toString();
const deletePod = ({ namespace, podName }: BegunJob): Promise<boolean> =>
  cluster.api.delete(
    { type: resourceTypes.pods, namespace, name: podName },
    { gracePeriodSeconds: 0 },
    { signal },
  );
const creations = ({ recorder }: BegunJob): number =>
  recorder.events.filter(({ type }) => type === 'unit-creating').length;

describe('a stage', () => {
  it('that ended while nobody was there counts with its own exit code, and its output is whole', async () => {
    const job = await jobs.begin({
      stages,
      stopAt: (event) => event.type === 'output' && Buffer.from(event.bytes).includes('begun'),
    });
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'script_failed', exitCode: 3 });
    expect(text(job)).toBe('prepared\nbegun\ndone\nafter\n');
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('is not told again, but whoever has to know hears of it', async () => {
    const job = await jobs.begin({ stages, stopAt: afterBegun });
    const again: RunEvent[] = [];
    await job.adopt({ again: (event) => void again.push(event) });
    expect(again.map(({ type }) => type)).toEqual([
      'unit-creating',
      'unit-ready',
      'stage-started',
      'stage-finished',
      'stage-started',
    ]);
    expect(creations(job)).toBe(1);
  });

  it('over its own limit is stopped at the time the first process would have stopped it', async () => {
    const job = await jobs.begin({
      stages: [
        { name: 'script', script: 'echo begun; sleep 300', timeoutSeconds: 3 },
        { name: 'after', script: 'echo after', on: 'always', countsAsFailure: false },
      ],
      stopAt: (event) => event.type === 'output',
    });
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'stage_timeout' });
    expect(text(job)).toBe('begun\nafter\n');
  });

  it('is stopped when the job was canceled before; what may run after a cancel still runs', async () => {
    const job = await jobs.begin({
      stages: [
        { name: 'script', script: 'echo begun; sleep 300' },
        { name: 'after', script: 'echo after', on: 'always', afterCancel: true },
      ],
      stopAt: (event) => event.type === 'output',
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
    expect(text(job)).toBe('begun\nafter\n');
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });
});

describe('a pod that is gone', () => {
  it('after user code began is a named failure; nothing runs twice', async () => {
    const job = await jobs.begin({
      stages,
      stopAt: afterBegun,
      unit: { recreate: { when: 'until-user-code', limit: 2 } },
    });
    await deletePod(job);
    expect(await job.adopt()).toMatchObject({
      outcome: { kind: 'failure', reason: 'pod_deleted' },
      units: [{ attempts: 1, stages: [{ name: 'prepare', outcome: { kind: 'success' } }] }],
    });
    expect(text(job)).toBe('prepared\nbegun\n');
    expect(creations(job)).toBe(1);
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('after the script had failed leaves the script’s own exit code', async () => {
    const job = await jobs.begin({
      stages,
      stopAt: (event) => event.type === 'stage-started' && event.stage.name === 'after',
    });
    await deletePod(job);
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'script_failed', exitCode: 3 });
  });

  it('before user code is made again where the unit may', async () => {
    const job = await jobs.begin({
      stages,
      stopAt: beforeUserCode,
      unit: { recreate: { when: 'until-user-code', limit: 1 } },
    });
    await deletePod(job);
    expect(await job.adopt()).toMatchObject({
      outcome: { reason: 'script_failed', exitCode: 3 },
      units: [{ attempts: 2, podName: `${job.podName}-2` }],
    });
    expect(text(job)).toBe('prepared\nprepared\nbegun\ndone\nafter\n');
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('before user code is a named failure where the unit may not', async () => {
    const job = await jobs.begin({ stages, stopAt: beforeUserCode });
    await deletePod(job);
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'pod_deleted' });
    expect(creations(job)).toBe(1);
  });
});

describe('the job', () => {
  it('ends at its recorded deadline', async () => {
    const job = await jobs.begin({
      stages: [{ name: 'script', script: 'echo begun; sleep 300' }],
      stopAt: (event) => event.type === 'output',
    });
    const result = await job.adopt({}, { change: (record) => ({ ...record, deadline: 1 }) });
    expect(result.outcome).toMatchObject({ reason: 'job_timeout' });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('waits for an API that does not answer when it is adopted', async () => {
    const job = await jobs.begin({ stages, stopAt: afterBegun });
    let silent = 3;
    const result = await job.adopt(
      {},
      {
        api: (api) => ({
          ...api,
          get: async (...args) => {
            silent -= 1;
            if (silent >= 0)
              throw new RunnerError('connection refused', {
                code: 'MILLRACE_E_TEST',
                kind: 'system',
                reason: 'api_unreachable',
              });
            return api.get(...args);
          },
        }),
      },
    );
    expect(result.outcome).toMatchObject({ exitCode: 3 });
    expect(silent).toBeLessThan(0);
  });

  it('that was told to end says so, though its process was killed before the script was seen to end', async () => {
    const job = await jobs.begin({
      stages: [{ name: 'script', script: 'echo begun; sleep 300' }],
      interruptAt: (event) => event.type === 'output',
      stopAfter: ({ ended }) => ended !== undefined,
    });
    expect((await job.adopt()).outcome).toMatchObject({
      kind: 'failure',
      reason: 'runner_interrupted',
      message: 'aborted: terminated',
    });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('whose end came to no record goes on: its script was not told either', async () => {
    const job = await jobs.begin({
      stages: [{ name: 'script', script: 'echo begun; sleep 1; exit 3' }],
      interruptAt: (event) => event.type === 'output',
      stopBefore: ({ ended }) => ended !== undefined,
    });
    expect((await job.adopt()).outcome).toMatchObject({ reason: 'script_failed', exitCode: 3 });
  });

  it('whose plugins are not there ends by name and is cleaned up', async () => {
    const job = await jobs.begin({ stages, stopAt: afterBegun });
    const result = await job.adopt({ generation: { ...job.generation, plugins: [] } });
    expect(result.outcome).toMatchObject({
      reason: 'not_adopted',
      message: expect.stringContaining('@millrace/testkit-job (API 1)'),
    });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('whose result is decided keeps it, even when its plugins are not there', async () => {
    const job = await jobs.begin({ stages, stopAt: ({ type }) => type === 'finished' });
    expect(job.stored.record.result?.outcome).toMatchObject({ exitCode: 3 });
    const result = await job.adopt({ generation: { ...job.generation, plugins: [] } });
    expect(result).toEqual(job.stored.record.result);
  });

  it('too large for a record runs, and is ended by name and cleaned up by the next process', async () => {
    const job = await jobs.begin({
      stages: [{ name: 'script', script: `: ${'x'.repeat(250_000)}\necho begun; sleep 300` }],
      stopAt: (event) => event.type === 'output',
    });
    expect(job.stored.record).toMatchObject({ reduced: true, plan: { units: [] } });
    expect((await job.adopt()).outcome).toMatchObject({
      reason: 'not_adopted',
      message: expect.stringContaining('too large'),
    });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('of a record of another version is given up: ended by name, its objects removed', async () => {
    const job = await jobs.begin({ stages, stopAt: afterBegun });
    const { jobId, objects, app } = job.stored.record;
    expect(app).toEqual({ server: 'https://gitlab.test' });
    const error = new RunnerError('the record has version 2', {
      code: 'MILLRACE_E_STORE_VERSION',
      kind: 'system',
      reason: 'not_adopted',
    });
    expect(await job.executor().giveUp({ jobId, objects, error })).toMatchObject({
      result: { job: jobId, outcome: { kind: 'failure', reason: 'not_adopted' } },
      leftovers: [],
    });
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });
});
