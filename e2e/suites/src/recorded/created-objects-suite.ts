import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryStore, type DirectoryStore } from '@millrace/engine';
import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runUntilCreated, type CreatingRun } from './creating-run.ts';
import { explainCase } from './explain-case.ts';
import { isAboutThePlan } from './judge.ts';
import { missingFields } from './missing-fields.ts';
import { planCase } from './plan-case.ts';
import { recordedCases, type RecordedCase } from './recorded-case.ts';

/** Cases whose objects a server that checks them refuses, and what it says. */
const refusedByTheServer: Readonly<Record<string, RegExp>> = {
  '065-nodesel-a': /spec\.nodeSelector: Invalid value: "a=b"/,
};

const { signal } = new AbortController();
let cluster: ClusterHandle;
let store: DirectoryStore;
let folder: string;

beforeAll(async () => {
  cluster = await startEmbeddedHandle();
  folder = await mkdtemp(join(tmpdir(), 'millrace-recorded-'));
  store = await openDirectoryStore(folder, { signal });
});
afterAll(async () => {
  await store.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

const refused = ({ objects, result }: RecordedCase): boolean =>
  objects.length === 0 || result.pod_created === false;
const cases = recordedCases().filter((each) => isAboutThePlan(each) && !refused(each));
const titled = (pick: readonly RecordedCase[]): readonly [string, RecordedCase][] =>
  pick.map((recorded) => [`${recorded.name} (${recorded.family})`, recorded]);

describe('a run creates what explain prints', () => {
  it.each(titled(cases.filter(({ name }) => refusedByTheServer[name] === undefined)))(
    '%s',
    async (_title, recorded) => {
      const { objects } = await explainCase(recorded, signal);
      const { created, outcome } = await run(recorded);
      // The outcome is there to be read when kinds differ.
      expect({ outcome, kinds: created.map(({ kind }) => kind) }).toEqual({
        outcome,
        kinds: objects.map(({ kind }) => kind),
      });
      const faults = objects.flatMap((object, at) =>
        missingFields(object.kind, object, created[at]),
      );
      expect(faults).toEqual([]);
    },
  );

  it.each(titled(cases.filter(({ name }) => refusedByTheServer[name] !== undefined)))(
    '%s is refused by the server',
    async (_title, recorded) => {
      const { created, outcome } = await run(recorded);
      expect(created).toEqual([]);
      expect(outcome.kind === 'failure' ? outcome.message : '').toMatch(
        refusedByTheServer[recorded.name] ?? /^$/,
      );
    },
  );
});

async function run(recorded: RecordedCase): Promise<CreatingRun> {
  const planned = await planCase(recorded, { signal });
  try {
    return await runUntilCreated(cluster, store, planned);
  } finally {
    await planned.generation.dispose();
  }
}
