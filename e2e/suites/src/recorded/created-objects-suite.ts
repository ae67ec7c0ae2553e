import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryStore, type DirectoryStore } from '@millrace/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from '../define-suite.ts';
import { runUntilCreated, type CreatingRun } from './creating-run.ts';
import { explainCase } from './explain-case.ts';
import { isAboutThePlan } from './judge.ts';
import { missingFields } from './missing-fields.ts';
import { openNeeds, type Needs } from './needed-objects.ts';
import { planCase } from './plan-case.ts';
import { recordedCases, type RecordedCase } from './recorded-case.ts';

/** Cases whose objects a server that checks them refuses, and what it says. */
const refusedByTheServer: Readonly<Record<string, RegExp>> = {
  '065-nodesel-a': /spec\.nodeSelector: Invalid value: "a=b"/,
  '071-tolerations-a': /spec\.tolerations\[\d+\]\.operator: Invalid value: "b=c"/,
  '285-over-quotes-a': /spec\.tolerations\[\d+\]\.key: Invalid value/,
};

const refused = ({ objects, result }: RecordedCase): boolean =>
  objects.length === 0 || result.pod_created === false;
const titled = (pick: readonly RecordedCase[]): readonly [string, RecordedCase][] =>
  pick.map((recorded) => [`${recorded.name} (${recorded.family})`, recorded]);
const { signal } = new AbortController();

/** Every recorded case once on a server that checks, fills in and keeps what it is given. */
export const createdObjectsSuite: Suite = defineSuite('created objects', (cluster) => {
  let store: DirectoryStore;
  let needs: Needs;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-recorded-'));
    store = await openDirectoryStore(folder, { signal });
    needs = openNeeds(cluster().api);
  });
  afterAll(async () => {
    await needs.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (recorded: RecordedCase): Promise<CreatingRun> => {
    const planned = await planCase(recorded, { signal });
    try {
      await needs.make(planned.plan);
      return await runUntilCreated(cluster().api, store, planned);
    } finally {
      await planned.generation.dispose();
    }
  };
  const cases = recordedCases().filter((each) => isAboutThePlan(each) && !refused(each));

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
});
