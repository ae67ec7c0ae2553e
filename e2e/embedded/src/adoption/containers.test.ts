import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@millrace/async';
import { eventKey, type JobResult, type RunEvent } from '@millrace/core';
import { openDirectoryStore } from '@millrace/engine';
import { resourceTypes } from '@millrace/kube-objects';
import { startEmbeddedHandle, type ClusterHandle, type ScriptUnit } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillFiles, workOnJob, type DrillSpec } from './drill-job.ts';
import { journalOf } from './journal.ts';
import { runProgram } from './run-program.ts';

const { signal } = new AbortController();
let cluster: ClusterHandle;
let namespace: string;
/** Uids by pod name: a name with two of them ran twice. */
const pods = new Map<string, Set<string>>();
let follow: Promise<void>;
let unfollow = (): void => undefined;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await startEmbeddedHandle();
  namespace = await cluster.newNamespace();
  const watch = cluster.api.watch({ type: resourceTypes.pods, namespace });
  unfollow = watch.dispose;
  follow = (async () => {
    for await (const { object } of watch.changes) {
      const { name = '', uid = '' } = object.metadata;
      pods.set(name, (pods.get(name) ?? new Set()).add(uid));
    }
  })();
});
afterAll(async () => {
  unfollow();
  await follow;
  await cluster.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Every fifth point, in every run; all of them in a full drill. */
const step = Number(process.env['MILLRACE_DRILL_RUNS'] ?? '0') >= 300 ? 1 : 5;

/** Lines in bursts, so that there is output to be killed in. */
const script = (name: string, exitCode: number): string =>
  `for burst in 1 2; do seq -f "${name} $burst-%05g" 1 300; sleep 0.2; done; exit ${exitCode}`;
const printed = (name: string): string =>
  [1, 2]
    .flatMap((burst) =>
      Array.from(
        { length: 300 },
        (_, at) => `${name} ${burst}-${String(at + 1).padStart(5, '0')}\n`,
      ),
    )
    .join('');

/** One in the background, two after each other, two beside each other, and one that looks at how it went. */
const units: readonly ScriptUnit[] = [
  {
    id: 'db',
    background: true,
    countsAsFailure: false,
    stopGraceSeconds: 10,
    script: 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done',
  },
  { id: 'one', after: ['db'], script: script('one', 0) },
  { id: 'two-a', after: ['one'], script: script('a', 3) },
  { id: 'two-b', after: ['one'], script: script('b', 0) },
  { id: 'skipped', after: ['two-a', 'two-b'], script: 'echo never' },
  { id: 'last', after: ['two-a', 'two-b'], on: 'failure', script: 'echo last' },
];

async function newDrill(): Promise<DrillSpec> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-containers-'));
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
    stages: [],
    recreate: { when: 'never' },
    firstPodIsLost: false,
    units,
  };
}

const pointsOf = async (spec: DrillSpec): Promise<readonly string[]> =>
  (await readFile(drillFiles(spec.folder).points, 'utf8')).trimEnd().split('\n');

const reportsOf = async (spec: DrillSpec): Promise<readonly JobResult[]> =>
  (await readFile(drillFiles(spec.folder).reports, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobResult);

const outputOf = (events: readonly RunEvent[], unit: string): string =>
  Buffer.concat(
    events.flatMap((event) =>
      event.type === 'output' && event.unit.id === unit ? [event.bytes] : [],
    ),
  ).toString();

async function check(spec: DrillSpec): Promise<void> {
  const [result, ...others] = await reportsOf(spec);
  expect(result).toMatchObject({
    outcome: { kind: 'failure', reason: 'script_failed', exitCode: 3 },
    units: [
      { unit: 'db', outcome: { kind: 'success' } },
      { unit: 'one', outcome: { kind: 'success' }, exitCode: 0 },
      { unit: 'two-a', outcome: { reason: 'script_failed' }, exitCode: 3 },
      { unit: 'two-b', outcome: { kind: 'success' }, exitCode: 0 },
      { unit: 'last', outcome: { kind: 'success' }, exitCode: 0 },
    ],
  });
  for (const other of others) expect(other).toEqual(result);
  const events = journalOf(drillFiles(spec.folder).journal);
  expect(outputOf(events, 'one')).toBe(printed('one'));
  expect(outputOf(events, 'two-a')).toBe(printed('a'));
  expect(outputOf(events, 'two-b')).toBe(printed('b'));
  expect(outputOf(events, 'last')).toBe('last\n');
  // A process that is killed while it stops the unit may come too late for its last words; then that is said.
  expect(outputOf(events, 'db')).toMatch(
    /^up\n(?:bye\n)?(?:WARNING: the log may be incomplete .*\n)?$/,
  );
  const keys = events.map(eventKey).filter((key) => key !== undefined);
  expect(keys).toEqual([...new Set(keys)]);
  expect(keys.filter((key) => key.startsWith('unit-finished'))).toHaveLength(units.length);
  for (const { id } of units)
    expect([id, pods.get(`${id}-${spec.jobId}`)?.size ?? 0]).toEqual([
      id,
      id === 'skipped' ? 0 : 1,
    ]);
  const store = await openDirectoryStore(drillFiles(spec.folder).records, { signal });
  expect(await store.list({ signal })).toEqual({ records: [], unreadable: [] });
  await store.close();
}

describe('a job of container units', () => {
  it('loses nothing and runs nothing twice wherever its process is killed', async () => {
    let points = 0;
    let next = 1;
    const killedAt = async (n: number): Promise<void> => {
      const spec = await newDrill();
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
        await check(spec);
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
    [12, 9],
    [40, 7],
    [70, 15],
  ])(
    'is killed at point %i, and the process that adopts it at its point %i: the third one ends it',
    async (first, second) => {
      const spec = await newDrill();
      for (const n of [first, second]) {
        const end = await runProgram({ ...spec, killAt: n });
        expect(end).toMatchObject({ signal: 'SIGKILL' });
      }
      const passed = await pointsOf(spec);
      await workOnJob(spec, signal);
      try {
        await check(spec);
      } catch (cause) {
        throw new Error(`killed last at ${passed.at(-1) ?? '?'}: ${String(cause)}`, { cause });
      }
      expect(await cluster.leftovers(namespace)).toEqual([]);
    },
    1_800_000,
  );
});
