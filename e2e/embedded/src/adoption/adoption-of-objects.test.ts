import { RunnerError, type KubeApi, type RunEvent } from '@millrace/core';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobBeginner, type BegunSpec } from './begun-job.ts';

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

const spec = {
  stages: [{ name: 'script', script: 'echo begun; sleep 1; exit 3' }],
  stopAt: (event: RunEvent) => event.type === 'output',
} satisfies BegunSpec;
/** The right to delete was taken away. */
const undeletable = (api: KubeApi): KubeApi => ({
  ...api,
  delete: () =>
    Promise.reject(
      new RunnerError('deleting is forbidden', {
        code: 'MILLRACE_E_TEST',
        kind: 'config',
        reason: 'api_forbidden',
      }),
    ),
});

describe('objects that cannot be deleted', () => {
  it('are told, stay in the record, and are removed by a later try', async () => {
    const job = await jobs.begin(spec);
    const result = await job.adopt({}, { api: undeletable });
    const object = `Pod ${job.namespace}/${job.podName}`;
    expect(result).toMatchObject({
      outcome: { reason: 'script_failed', exitCode: 3 },
      leftovers: [{ object, message: 'deleting is forbidden' }],
    });
    expect(job.recorder.events).toContainEqual({
      type: 'trouble',
      message: `Error cleaning up ${object}: deleting is forbidden`,
    });
    const stored = await job.store.read(job.stored.record.jobId, { signal });
    const { jobId, objects } = { ...job.stored.record, ...stored?.record };
    expect(objects.map(({ name }) => name)).toEqual([job.podName]);
    expect(await job.executor().remove({ jobId, objects })).toEqual([]);
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('of a job that cannot be gone on with stay in its result too', async () => {
    const job = await jobs.begin(spec);
    const result = await job.adopt(
      { generation: { ...job.generation, plugins: [] } },
      { api: undeletable },
    );
    expect(result).toMatchObject({
      outcome: { reason: 'not_adopted' },
      leftovers: [{ object: `Pod ${job.namespace}/${job.podName}` }],
    });
  });
});

describe('a job with a token of its own', () => {
  const withToken = (tokens: string[]): Pick<BegunSpec, 'accessAs' | 'token'> => ({
    token: 'of-the-job',
    accessAs: ({ token }) => {
      tokens.push(token);
      return { api: cluster.api, close: () => Promise.resolve() };
    },
  });
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('the access of the runner was used'));
  const unused = (api: KubeApi): KubeApi => ({
    ...api,
    get: refuse,
    list: refuse,
    create: refuse,
    delete: refuse,
    exec: refuse,
  });

  it('is gone on with by it, and by nothing else', async () => {
    const tokens: string[] = [];
    const job = await jobs.begin({ ...spec, ...withToken(tokens) });
    expect((await job.adopt({}, { api: unused })).outcome).toMatchObject({ exitCode: 3 });
    expect(tokens).toEqual(['of-the-job', 'of-the-job']);
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });

  it('whose token is not accepted any more says what it has left', async () => {
    const job = await jobs.begin({ ...spec, ...withToken([]) });
    const result = await job.adopt(
      {},
      {
        executor: {
          accessAs: () => ({ api: undeletable(cluster.api), close: () => Promise.resolve() }),
        },
      },
    );
    expect(result.leftovers).toMatchObject([{ object: `Pod ${job.namespace}/${job.podName}` }]);
  });

  it('ends by name where nobody can act with it, and what it has left is told and not forgotten', async () => {
    const job = await jobs.begin({ ...spec, ...withToken([]) });
    const result = await job.adopt({}, { withoutAccess: true });
    expect(result).toMatchObject({
      outcome: { reason: 'configuration_error' },
      leftovers: [{ object: `Pod ${job.namespace}/${job.podName}` }],
    });
    const { jobId, objects } = job.stored.record;
    expect(await job.executor().remove({ jobId, objects })).toEqual([]);
    expect(await cluster.leftovers(job.namespace)).toEqual([]);
  });
});
