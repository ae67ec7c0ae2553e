import type { HookName, Plugin, SessionWork, SetupContext, Unit } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter } from './executor-fixture.ts';

type Tap = SetupContext<unknown, Readonly<Record<never, never>>>['tap'];

const plugin = (setup: (tap: Tap) => void, name = 'acme'): Plugin => ({
  $$type: '@millrace/plugin',
  name,
  apiVersion: '1',
  configKey: name,
  configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  setup: ({ tap }) => setup(tap),
});
const throwing = (hook: HookName): Plugin =>
  plugin((tap) =>
    tap(hook as 'cleanup', () => {
      throw new Error('boom');
    }),
  );
const ok = [{ name: 'script', script: 'echo started' }];

/** Where containers share this machine's file system, two pods at a time cannot mount at one path. */
const apart = (work: SessionWork): SessionWork => ({
  ...work,
  scriptsDirectory: `${work.scriptsDirectory}-side`,
  logsDirectory: `${work.logsDirectory}-side`,
});

/** Plugins that throw, change units, or have pods made again. */
export const executorPluginsSuite: Suite = defineSuite('executor plugins', (cluster) => {
  const jobs = jobStarter(cluster);

  describe('a plugin that throws', () => {
    it.each<HookName>(['classifyPod', 'beforeStage', 'runStage', 'afterStage'])(
      'in %s fails the job by name, and the job is cleaned up',
      async (hook) => {
        const job = await jobs.start({ stages: ok, plugins: [throwing(hook)] });
        const { outcome } = await job.result;
        expect(outcome).toMatchObject({
          reason: 'plugin_failed',
          message: `plugin acme failed in its ${hook} hook: boom`,
        });
        expect(await cluster().leftovers(job.namespace)).toEqual([]);
        const types = job.recorder.events.map(({ type }) => type);
        const count = (type: string): number => types.filter((each) => each === type).length;
        expect(count('stage-started')).toBe(count('stage-finished'));
      },
    );

    it.each<HookName>(['unitFinished', 'jobFinished', 'cleanup'])(
      'in %s does not change the result',
      async (hook) => {
        const job = await jobs.start({ stages: ok, plugins: [throwing(hook)] });
        expect((await job.result).outcome).toEqual({ kind: 'success' });
        expect(job.recorder.events.some(({ type }) => type === 'trouble')).toBe(hook === 'cleanup');
        expect(await cluster().leftovers(job.namespace)).toEqual([]);
      },
    );

    it('in afterStage does not hide that the script failed, and with what', async () => {
      const stages = [{ name: 'script', script: 'exit 3' }];
      const job = await jobs.start({ stages, plugins: [throwing('afterStage')] });
      expect(await job.result).toMatchObject({
        outcome: { reason: 'script_failed', exitCode: 3 },
        units: [{ stages: [{ name: 'script' }] }],
      });
    });
  });

  it('hooks run around a stage in their order', async () => {
    const seen: string[] = [];
    const job = await jobs.start({
      stages: ok,
      plugins: [
        plugin((tap) => {
          tap('beforeStage', async () => void seen.push('before'));
          tap('runStage', async (_stage, _unit, _context, next) => {
            seen.push('in');
            const result = await next();
            seen.push('out');
            return result;
          });
          tap('afterStage', async ({ outcome }) => void seen.push(`after ${outcome.kind}`));
          tap('cleanup', async () => void seen.push('cleanup'));
          tap('jobFinished', async ({ outcome }) => void seen.push(`job ${outcome.kind}`));
        }),
      ],
    });
    await job.result;
    expect(seen).toEqual(['before', 'in', 'out', 'after success', 'cleanup', 'job success']);
  });

  describe('a pod that is to be made again', () => {
    const again = (times: number): Plugin =>
      plugin((tap) => {
        let left = times;
        tap('classifyPod', ({ pod }) => {
          if (pod.metadata.uid === undefined || left === 0) return undefined;
          left -= 1;
          const message = 'another policy may do';
          return {
            verdict: 'recreate',
            outcome: { kind: 'failure', reason: 'image_pull_failed', message },
          };
        });
      });
    const recreate: Unit['recreate'] = { when: 'until-user-code', limit: 2 };

    it('is made under another name, and the job goes on', async () => {
      const job = await jobs.start({ stages: ok, unit: { recreate }, plugins: [again(2)] });
      expect(await job.result).toMatchObject({
        outcome: { kind: 'success' },
        units: [{ attempts: 3, podName: `${job.podName}-3` }],
      });
      expect(
        job.recorder.events.flatMap((event) =>
          event.type === 'unit-recreating' ? [[event.attempt, event.outcome]] : [],
        ),
      ).toMatchObject([
        [2, { reason: 'image_pull_failed' }],
        [3, { reason: 'image_pull_failed' }],
      ]);
      const {
        records: [stored],
      } = await job.store.list({ signal: new AbortController().signal });
      expect(stored?.record.units).toMatchObject([{ attempt: 3, podName: `${job.podName}-3` }]);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('brings the objects that belong to a pod again, each owned by its own, and what came before once', async () => {
      const made: (readonly [string, unknown])[] = [];
      const objects = plugin((tap) => {
        tap('contributeObject', ([unit]) =>
          (['before', 'after'] as const).map((when) => ({
            kind: 'object' as const,
            id: when,
            type: {
              group: '',
              version: 'v1',
              plural: 'secrets',
              kind: 'Secret',
              namespaced: true,
            },
            manifest: {
              apiVersion: 'v1',
              kind: 'Secret',
              metadata: { name: `${unit?.podName ?? ''}-${when}` },
            },
            scope: { unit: 'job' },
            when,
            ...(when === 'after' ? { owner: { unit: 'job' } } : {}),
            deleteAt: 'scope-end' as const,
            source: { plugin: 'objects' },
          })),
        );
      }, 'objects');
      const job = await jobs.start({
        stages: ok,
        unit: { recreate },
        plugins: [again(1), objects],
        api: (api) => ({
          ...api,
          create: async (type, object, options) => {
            const created = await api.create(type, object, options);
            const owners = created.metadata['ownerReferences'] as { uid: string }[] | undefined;
            made.push([
              `${type.kind} ${(created.metadata.name ?? '').replace(job.podName, '')}`,
              owners?.[0]?.uid ?? (type.kind === 'Pod' ? created.metadata.uid : undefined),
            ]);
            return created;
          },
        }),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      const [first, second] = made.filter(([name]) => name.startsWith('Pod')).map(([, uid]) => uid);
      expect(made).toEqual([
        ['Secret -before', undefined],
        ['Pod ', first],
        ['Secret -after', first],
        ['Pod -2', second],
        ['Secret -after', second],
      ]);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('is not made more often than its unit allows', async () => {
      const job = await jobs.start({ stages: ok, unit: { recreate }, plugins: [again(3)] });
      expect(await job.result).toMatchObject({
        outcome: { reason: 'image_pull_failed' },
        units: [{ attempts: 3 }],
      });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });
  });

  describe('a background unit', () => {
    const background = (script: string): Plugin =>
      plugin((tap) =>
        tap('planUnits', { phase: 'post' }, (units) => [
          ...units.map((unit) => ({ ...unit, after: ['side'] })),
          ...units.map((unit): Unit => ({
            ...unit,
            id: 'side',
            podName: `${unit.podName}-side`,
            background: true,
            work: {
              ...apart(unit.work as SessionWork),
              stages: [
                {
                  name: 'serve',
                  title: 'serve',
                  container: 'build',
                  on: 'success',
                  userCode: true,
                  countsAsFailure: true,
                  afterCancel: false,
                  action: { do: 'script', script },
                },
              ],
            },
          })),
        ]),
      );

    it('is stopped when the others have ended, and that is no failure', async () => {
      const job = await jobs.start({ stages: ok, plugins: [background('sleep 300')] });
      expect(await job.result).toMatchObject({
        outcome: { kind: 'success' },
        units: [{ unit: 'job' }, { unit: 'side', outcome: { kind: 'success' } }],
      });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('that fails by itself fails the job when it counts', async () => {
      const job = await jobs.start({
        stages: [{ name: 'script', script: 'sleep 1' }],
        plugins: [background('exit 7')],
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'script_failed', exitCode: 7 });
    });
  });
});
