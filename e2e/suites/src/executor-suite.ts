import { RunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter } from './executor-fixture.ts';

const canceled = new RunnerError('canceled', { code: 'MILLRACE_E_CANCELED', kind: 'canceled' });

/** What the executor does with a job that meets no trouble. */
export const executorSuite: Suite = defineSuite('executor', (cluster) => {
  const jobs = jobStarter(cluster);

  describe('a job', () => {
    it('runs its stages in order and succeeds, and leaves nothing', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'one', container: 'helper', script: 'echo one' },
          { name: 'two', script: 'echo two' },
        ],
      });
      expect(await job.result).toMatchObject({
        outcome: { kind: 'success' },
        units: [{ stages: [{ name: 'one' }, { name: 'two' }] }],
      });
      expect(job.recorder.output().toString()).toBe('one\ntwo\n');
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('ends with its script’s own exit code, and skips what needs success', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'script', script: 'exit 3' },
          { name: 'never', script: 'echo never' },
          { name: 'after', script: 'echo after', on: 'always', countsAsFailure: false },
          { name: 'on-failure', script: 'echo failed', on: 'failure', countsAsFailure: false },
        ],
      });
      expect((await job.result).outcome).toMatchObject({
        kind: 'failure',
        reason: 'script_failed',
        exitCode: 3,
      });
      expect(job.recorder.output().toString()).toBe('after\nfailed\n');
    });

    it('reports a missing command as 127', async () => {
      const job = await jobs.start({
        stages: [{ name: 'script', script: 'no-such-command-anywhere' }],
      });
      expect((await job.result).outcome).toMatchObject({ kind: 'failure', exitCode: 127 });
    });

    it('stops when it is canceled; what may run after a cancel still runs', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'script', script: 'echo started; sleep 300' },
          {
            name: 'after',
            script: 'echo after',
            on: 'always',
            afterCancel: true,
            countsAsFailure: false,
          },
        ],
      });
      await job.recorder.seen((event) => event.type === 'output');
      job.cancel.abort(canceled);
      expect((await job.result).outcome.kind).toBe('canceled');
      expect(job.recorder.output().toString()).toBe('started\nafter\n');
      const {
        records: [stored],
      } = await job.store.list({ signal: new AbortController().signal });
      expect(stored?.record.ended).toMatchObject({ how: 'cancel', message: 'canceled' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it.each([
      ['fails', 'echo early; exit 4', 'failure'],
      ['is canceled', 'echo early; sleep 300', 'canceled'],
    ] as const)(
      'that %s before user code began runs nothing that needs it',
      async (_what, script, kind) => {
        const after = { userCode: true, afterCancel: true, needsUserCode: true } as const;
        const job = await jobs.start({
          stages: [
            { name: 'get', script, userCode: false },
            { name: 'script', script: 'echo script', userCode: true },
            { name: 'after', script: 'echo after', ...after, on: 'failure' },
          ],
        });
        await job.recorder.seen((event) => event.type === 'output');
        if (kind === 'canceled') job.cancel.abort(canceled);
        expect((await job.result).outcome.kind).toBe(kind);
        expect(job.recorder.output().toString()).toBe('early\n');
      },
    );

    it('ends at once when it is aborted, and is cleaned up', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'script', script: 'trap "" TERM; echo started; sleep 300' },
          { name: 'after', script: 'echo after', on: 'always', afterCancel: true },
        ],
        limits: { stageGrace: 60_000 },
      });
      await job.recorder.seen((event) => event.type === 'output');
      job.cancel.abort(canceled);
      job.abort.abort(canceled);
      expect((await job.result).outcome.kind).toBe('canceled');
      expect(job.recorder.output().toString()).toBe('started\n');
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('ends with its deadline as reason', async () => {
      const job = await jobs.start({
        stages: [{ name: 'script', script: 'sleep 300' }],
        timeoutSeconds: 1,
      });
      expect((await job.result).outcome).toMatchObject({
        kind: 'failure',
        reason: 'job_timeout',
      });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('a stage over its own limit fails with that reason, and later stages still run', async () => {
      const job = await jobs.start({
        stages: [
          { name: 'script', script: 'sleep 300', timeoutSeconds: 1 },
          { name: 'after', script: 'echo after', on: 'always', countsAsFailure: false },
        ],
      });
      expect((await job.result).outcome).toMatchObject({
        kind: 'failure',
        reason: 'stage_timeout',
      });
      expect(job.recorder.output().toString()).toBe('after\n');
    });

    it.each([
      ['ran out of time', 'echo begun; sleep 300', 1, 'begun\nafter time\n'],
      ['failed', 'echo begun; exit 3', 300, 'begun\nafter end\n'],
      ['was canceled', 'echo begun; sleep 300', 300, 'begun\nafter cancel\n'],
    ])(
      'a stage has the script for a unit whose stage %s',
      async (how, script, timeoutSeconds, output) => {
        const job = await jobs.start({
          stages: [
            { name: 'script', script, timeoutSeconds },
            {
              name: 'after',
              script: 'echo after end',
              scriptAfterCancel: 'echo after cancel',
              scriptAfterTimeout: 'echo after time',
              on: 'failure',
              afterCancel: true,
              countsAsFailure: false,
            },
          ],
        });
        if (how === 'was canceled') {
          await job.recorder.seen((event) => event.type === 'output');
          job.cancel.abort(canceled);
        }
        await job.result;
        expect(job.recorder.output().toString()).toBe(output);
      },
    );

    it('keeps its record until whoever asked has taken the result', async () => {
      const job = await jobs.start({ stages: [{ name: 'script', script: 'true' }] });
      const result = await job.result;
      const {
        records: [stored],
      } = await job.store.list({ signal: new AbortController().signal });
      expect(stored?.record).toMatchObject({
        result,
        units: [{ userCodeStarted: true, result: { outcome: { kind: 'success' } } }],
      });
    });
  });

  describe('requests', () => {
    it('a no-op job makes at most 6 and one upgraded connection besides shared watches', async () => {
      const namespace = await cluster().newNamespace();
      const before = cluster().requests().length;
      const job = await jobs.start({
        namespace,
        stages: [
          { name: 'one', container: 'helper', script: 'true' },
          { name: 'two', script: 'true' },
        ],
      });
      expect((await job.result).outcome.kind).toBe('success');
      const made = cluster().requests().slice(before);
      const shared = made.filter(({ verb }) => verb === 'watch' || verb === 'list');
      expect(shared.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
        'list pods',
        'watch pods',
      ]);
      const own = made.filter((request) => !shared.includes(request));
      expect(own.filter(({ upgraded }) => upgraded)).toHaveLength(1);
      expect(own.length).toBeLessThanOrEqual(6);
    });

    it('a sleeping job makes none', async () => {
      const job = await jobs.start({
        stages: [{ name: 'script', script: 'echo started; sleep 3; echo done' }],
      });
      await job.recorder.seen((event) => event.type === 'output');
      const before = cluster().requests().length;
      await job.recorder.seen(
        (event) => event.type === 'output' && Buffer.from(event.bytes).includes('done'),
      );
      expect(cluster().requests().slice(before)).toEqual([]);
      await job.result;
    });
  });

  describe('a job with a token of its own', () => {
    it('acts on the cluster with it and with nothing else', async () => {
      const tokens: string[] = [];
      let closed = 0;
      const job = await jobs.start({
        stages: [{ name: 'script', script: 'true' }],
        token: 'of-the-job',
        api: (own) => ({
          ...own,
          create: () => Promise.reject(new Error('the access of the runner was used')),
        }),
        accessAs: ({ token }) => {
          tokens.push(token);
          return { api: cluster().api, close: () => Promise.resolve(void (closed += 1)) };
        },
      });
      expect((await job.result).outcome.kind).toBe('success');
      expect({ tokens, closed }).toEqual({ tokens: ['of-the-job'], closed: 1 });
    });

    it('fails by name where nobody can act with it', async () => {
      const job = await jobs.start({ stages: [{ name: 'script', script: 'true' }], token: 't' });
      expect((await job.result).outcome).toMatchObject({
        kind: 'failure',
        reason: 'configuration_error',
        message: 'the job brings a token of its own for the Kubernetes API',
      });
      expect(job.recorder.events.some(({ type }) => type === 'unit-creating')).toBe(false);
    });
  });
});
