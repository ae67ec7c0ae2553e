import { setTimeout } from 'node:timers/promises';
import { systemRandom } from '@millrace/async';
import type { KubeApi, RunEvent } from '@millrace/core';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobBeginner, type BegunJob, type BegunSpec } from './begun-job.ts';
import { moreUnits, type MoreUnit } from './more-units.ts';

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

const begin = (
  units: readonly MoreUnit[],
  script: string,
  spec: Omit<BegunSpec, 'plugins' | 'stages'>,
): Promise<BegunJob> =>
  jobs.begin({
    ...spec,
    stages: [{ name: 'script', script }],
    plugins: [moreUnits(cluster, systemRandom().name(8), units)],
  });
const outputOf = ({ recorder }: BegunJob, unit: string): string =>
  Buffer.concat(
    recorder.events.flatMap((event) =>
      event.type === 'output' && event.unit.id === unit ? [event.bytes] : [],
    ),
  ).toString();
const saysIn = (unit: string, text: string) => (event: RunEvent) =>
  event.type === 'output' && event.unit.id === unit && Buffer.from(event.bytes).includes(text);

/** Serves until it is told to end. */
const service: MoreUnit = {
  id: 'service',
  background: true,
  script: 'echo serves; while :; do sleep 0.1; done',
};

it('a background unit goes on for the next process, and ends with the job', async () => {
  const job = await begin([service], 'echo begun; sleep 1; echo done', {
    unit: { after: ['service'] },
    stopAt: saysIn('job', 'begun'),
  });
  expect(await job.adopt()).toMatchObject({
    outcome: { kind: 'success' },
    units: [
      { unit: 'service', outcome: { kind: 'success' }, attempts: 1 },
      { unit: 'job', outcome: { kind: 'success' }, attempts: 1 },
    ],
  });
  expect(outputOf(job, 'service')).toBe('serves\n');
  expect(outputOf(job, 'job')).toBe('begun\ndone\n');
  expect(await cluster.leftovers(job.namespace)).toEqual([]);
});

it('a background unit that was told to end, and whose process was killed then, has not failed', async () => {
  const job = await begin([service], 'echo begun; sleep 1', {
    unit: { after: ['service'] },
    stopAt: (event) => event.type === 'stage-finished' && event.unit.id === 'service',
  });
  // An API that takes its time over the unit that has ended: whoever asks the service meanwhile hears of a failure.
  const slow = (api: KubeApi): KubeApi => ({
    ...api,
    delete: async (...args) => {
      await setTimeout(2_000);
      return api.delete(...args);
    },
  });
  expect(await job.adopt({}, { api: slow })).toMatchObject({
    outcome: { kind: 'success' },
    units: [{ unit: 'service', outcome: { kind: 'success' } }, { unit: 'job' }],
  });
  expect(await cluster.leftovers(job.namespace)).toEqual([]);
});

it('a unit that has ended is not run again, and the one after it goes on', async () => {
  const job = await begin([{ id: 'first', script: 'echo first' }], 'echo begun; sleep 1; exit 3', {
    unit: { after: ['first'] },
    stopAt: saysIn('job', 'begun'),
  });
  expect(await job.adopt()).toMatchObject({
    outcome: { reason: 'script_failed', exitCode: 3 },
    units: [
      { unit: 'first', outcome: { kind: 'success' } },
      { unit: 'job', outcome: { exitCode: 3 } },
    ],
  });
  expect(outputOf(job, 'first')).toBe('first\n');
  expect(await cluster.leftovers(job.namespace)).toEqual([]);
});

it('two units at the same time go on each where it was', async () => {
  const other = { id: 'other', script: 'echo other begun; sleep 1; echo other done' };
  let said = 0;
  const job = await begin([other], 'echo begun; sleep 1; echo done', {
    stopAt: (event) => {
      if (saysIn('job', 'begun')(event) || saysIn('other', 'begun')(event)) said += 1;
      return said === 2;
    },
  });
  expect((await job.adopt()).outcome).toEqual({ kind: 'success' });
  expect(outputOf(job, 'other')).toBe('other begun\nother done\n');
  expect(outputOf(job, 'job')).toBe('begun\ndone\n');
  expect(await cluster.leftovers(job.namespace)).toEqual([]);
});
