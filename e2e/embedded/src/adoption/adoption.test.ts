import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@millrace/async';
import { eventKey, type JobResult, type RunEvent } from '@millrace/core';
import { openDirectoryStore } from '@millrace/engine';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillFiles, workOnJob, type DrillSpec } from './drill-job.ts';
import { journalOf } from './journal.ts';
import { runProgram } from './run-program.ts';

const { signal } = new AbortController();
const parent = join(tmpdir(), 'millrace-adoption-');
let cluster: ClusterHandle;
let namespace: string;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await startEmbeddedHandle();
  namespace = await cluster.newNamespace();
});
afterAll(async () => {
  await cluster.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

type Variant = Pick<DrillSpec, 'stages' | 'recreate' | 'firstPodIsLost'>;

async function newDrill(variant: Variant): Promise<DrillSpec> {
  const folder = await mkdtemp(parent);
  folders.push(folder);
  const { server, adminToken, certificateAuthority, images, mountPrefix } = cluster;
  return {
    server,
    token: adminToken,
    certificateAuthority,
    images,
    ...(mountPrefix === undefined ? {} : { mountPrefix }),
    namespace,
    jobId: systemRandom().name(8),
    runnerId: `drill-${systemRandom().name(6)}`,
    folder,
    timeoutSeconds: 300,
    killAt: 0,
    ...variant,
  };
}

const pointsOf = async (spec: DrillSpec): Promise<readonly string[]> =>
  (await readFile(drillFiles(spec.folder).points, 'utf8')).trimEnd().split('\n');

const reportsOf = async (spec: DrillSpec): Promise<readonly JobResult[]> =>
  (await readFile(drillFiles(spec.folder).reports, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobResult);

const outputOf = (events: readonly RunEvent[]): string =>
  Buffer.concat(
    events.flatMap((event) => (event.type === 'output' ? [event.bytes] : [])),
  ).toString();

/** Every third point, in every run; all of them in a full drill. */
const step = Number(process.env['MILLRACE_DRILL_RUNS'] ?? '0') >= 300 ? 1 : 3;

/** Lines in three bursts, so that there is output to be killed in. */
const script = `echo 'the script runs'
for burst in 1 2 3; do seq -f "line $burst-%05g" 1 300; sleep 0.2; done`;
const printed = [1, 2, 3]
  .flatMap((burst) =>
    Array.from({ length: 300 }, (_, at) => `line ${burst}-${String(at + 1).padStart(5, '0')}\n`),
  )
  .join('');
const stagesEnding = (exitCode: number): Variant['stages'] => [
  { name: 'prepare', container: 'helper', script: 'echo prepared', userCode: false },
  { name: 'script', script: `${script}\nexit ${exitCode}` },
  {
    name: 'after',
    script: 'echo after',
    on: 'always',
    afterCancel: true,
    countsAsFailure: false,
  },
  { name: 'upload', container: 'helper', script: 'echo uploaded', userCode: false },
];

interface Drill {
  readonly variant: Variant;
  readonly output: string;
  readonly outcome: object;
  readonly attempts: number;
}

const drills = [
  [
    'succeeds',
    {
      variant: { stages: stagesEnding(0), recreate: { when: 'never' }, firstPodIsLost: false },
      output: `prepared\nthe script runs\n${printed}after\nuploaded\n`,
      outcome: { kind: 'success' },
      attempts: 1,
    },
  ],
  [
    'fails in its second pod',
    {
      variant: {
        stages: stagesEnding(3),
        recreate: { when: 'until-user-code', limit: 1 },
        firstPodIsLost: true,
      },
      output: `prepared\nthe script runs\n${printed}after\n`,
      outcome: { kind: 'failure', reason: 'script_failed', exitCode: 3 },
      attempts: 2,
    },
  ],
] as const satisfies readonly (readonly [string, Drill])[];

async function check(spec: DrillSpec, { output, outcome, attempts }: Drill): Promise<void> {
  const [result, ...others] = await reportsOf(spec);
  expect(result).toMatchObject({ outcome, units: [{ attempts }] });
  for (const other of others) expect(other).toEqual(result);
  const events = journalOf(drillFiles(spec.folder).journal);
  expect(outputOf(events)).toBe(output);
  const keys = events.map(eventKey).filter((key) => key !== undefined);
  expect(keys).toEqual([...new Set(keys)]);
  expect(keys.filter((key) => key.startsWith('stage-finished'))).toHaveLength(
    'exitCode' in outcome ? 3 : 4,
  );
  const store = await openDirectoryStore(drillFiles(spec.folder).records, { signal });
  expect(await store.list({ signal })).toEqual({ records: [], unreadable: [] });
  await store.close();
}

it('two processes cannot have one state directory: the second says whose it is', async () => {
  const spec = await newDrill(drills[0][1].variant);
  const store = await openDirectoryStore(drillFiles(spec.folder).records, { signal });
  expect(await runProgram(spec)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`belongs to the running process ${process.pid}`),
  });
  await store.close();
});

describe.each(drills)('a job that %s', (_name, drill) => {
  it('loses nothing wherever its process is killed: the next process ends it as it would have ended', async () => {
    let points = 0;
    let next = 1;
    const killedAt = async (n: number): Promise<void> => {
      const spec = await newDrill(drill.variant);
      const end = await runProgram({ ...spec, killAt: n });
      const passed = await pointsOf(spec);
      try {
        if (end.signal === null) {
          expect(end).toMatchObject({ exitCode: 0, stderr: '' });
          points = Math.max(points, passed.length);
        } else {
          expect(end.signal).toBe('SIGKILL');
          await workOnJob(spec, signal);
        }
        await check(spec, drill);
      } catch (cause) {
        throw new Error(`killed at ${passed.at(-1) ?? '?'}: ${String(cause)}`, { cause });
      }
    };
    const killOn = async (): Promise<void> => {
      while (points === 0) {
        const n = next;
        next += step;
        await killedAt(n);
      }
    };
    await Promise.all([killOn(), killOn(), killOn()]);
    expect(points).toBeGreaterThanOrEqual(75);
    expect(await cluster.leftovers(namespace)).toEqual([]);
  }, 1_800_000);

  it.each([
    [8, 6],
    [30, 4],
    [45, 14],
    [62, 3],
  ])(
    'is killed at point %i, and the process that adopts it at its point %i: the third one ends it',
    async (first, second) => {
      const spec = await newDrill(drill.variant);
      for (const n of [first, second]) {
        const end = await runProgram({ ...spec, killAt: n });
        expect(end).toMatchObject({ signal: 'SIGKILL' });
      }
      const passed = await pointsOf(spec);
      await workOnJob(spec, signal);
      try {
        await check(spec, drill);
      } catch (cause) {
        throw new Error(`killed last at ${passed.at(-1) ?? '?'}: ${String(cause)}`, { cause });
      }
      expect(await cluster.leftovers(namespace)).toEqual([]);
    },
    1_800_000,
  );
});
