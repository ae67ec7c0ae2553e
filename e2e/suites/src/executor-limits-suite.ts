import { createSystemClock } from '@millrace/async';
import { RunnerError, type KubeApi, type ResourceType } from '@millrace/core';
import { executorPermissions } from '@millrace/engine';
import { connect } from '@millrace/kube';
import { resourceTypes } from '@millrace/kube-objects';
import { silentLogger, type ClusterHandle, type Rights } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter } from './executor-fixture.ts';
import type { JobSpec } from './job-starter.ts';

const { signal } = new AbortController();
const ok = [{ name: 'script', script: 'echo started' }];
const quotas: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
};

/** What namespaces grant and refuse, and an API server that is away for a while. */
export const executorLimitsSuite: Suite = defineSuite('executor limits', (cluster) => {
  const jobs = jobStarter(cluster);

  describe('a quota', () => {
    it('that has no room for now is waited for, by name', async () => {
      const namespace = await namespaceWithQuota(cluster(), { pods: '1' });
      const first = await jobs.start({
        namespace,
        stages: [{ name: 'script', script: 'echo started; sleep 300' }],
      });
      await first.recorder.seen((event) => event.type === 'output');
      const second = await jobs.start({ namespace, stages: ok, limits: { waitingRepeat: 100 } });
      const waiting = await second.recorder.seen((event) => event.type === 'unit-waiting');
      expect(waiting).toMatchObject({
        note: expect.stringMatching(
          /^QuotaExceeded: "exceeded quota: limits, requested: pods=1, used: pods=1, limited: pods=1"$/,
        ),
      });
      first.cancel.abort();
      await first.result;
      expect((await second.result).outcome).toEqual({ kind: 'success' });
    });

    it('without room in time fails the job with its name; a cancel ends the waiting', async () => {
      const namespace = await namespaceWithQuota(cluster(), { pods: '0' });
      const late = { namespace, stages: ok, limits: { waitingRepeat: 50 } };
      // More than the quota allows in all: nothing to wait for.
      expect((await (await jobs.start(late)).result).outcome).toMatchObject({
        reason: 'quota_exceeded',
        message: expect.stringContaining('exceeded quota: limits, requested: pods=1'),
      });
      const full = await namespaceWithQuota(cluster(), { pods: '1' });
      const holder = await jobs.start({
        namespace: full,
        stages: [{ name: 'script', script: 'echo started; sleep 300' }],
      });
      await holder.recorder.seen((event) => event.type === 'output');
      const waiting = { ...late, namespace: full };
      const timed = await jobs.start({ ...waiting, unit: { startTimeoutSeconds: 0.2 } });
      expect((await timed.result).outcome).toMatchObject({ reason: 'quota_exceeded' });
      const canceled = await jobs.start(waiting);
      await canceled.recorder.seen((event) => event.type === 'unit-waiting');
      canceled.cancel.abort();
      expect((await canceled.result).outcome.kind).toBe('canceled');
      holder.cancel.abort();
      await holder.result;
      expect(await cluster().leftovers(full)).toEqual([]);
    });
  });

  describe('a runner with', () => {
    const needed = rightsOf(({ optional = false }) => !optional);

    it('the rights that the engine declares, and no other, runs jobs', async () => {
      const namespace = await cluster().newNamespace();
      const job = await jobs.start({
        namespace,
        stages: ok,
        ...(await asUser(
          namespace,
          rightsOf(() => true),
        )),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(await cluster().leftovers(namespace)).toEqual([]);
    });

    it('only those that it cannot do without looks at its pods one by one, and sees how they end', async () => {
      const namespace = await cluster().newNamespace();
      const user = await asUser(namespace, needed);
      const job = await jobs.start({ namespace, stages: ok, ...user });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      const lost = await jobs.start({
        namespace,
        stages: [{ name: 'script', script: 'echo here; sleep 300' }],
        ...user,
      });
      await lost.recorder.seen((event) => event.type === 'output');
      await cluster().api.delete(
        { type: resourceTypes.pods, namespace, name: lost.podName },
        { gracePeriodSeconds: 0 },
        { signal },
      );
      expect((await lost.result).outcome).toMatchObject({ reason: 'pod_deleted' });
      expect(await cluster().leftovers(namespace)).toEqual([]);
    });

    it('no right to look at pods at all is told which', async () => {
      const namespace = await cluster().newNamespace();
      const user = await asUser(namespace, { ...needed, pods: ['create', 'delete'] });
      const job = await jobs.start({ namespace, stages: ok, ...user });
      expect((await job.result).outcome).toMatchObject({
        reason: 'api_forbidden',
        message: expect.stringContaining('cannot get resource "pods"'),
      });
      expect(await cluster().leftovers(namespace)).toEqual([]);
    });

    /** A job that brings the token of a new user. */
    const asUser = async (
      namespace: string,
      rights: Rights,
    ): Promise<Pick<JobSpec, 'token' | 'accessAs'>> => {
      const { server, certificateAuthority: ca } = cluster();
      return {
        token: await cluster().newUser(namespace, rights),
        accessAs: ({ token }) => {
          const api = connect(
            { server, ca, token, source: 'test' },
            { userAgent: 'millrace-suites', clock: createSystemClock(), logger: silentLogger },
          );
          return { api, close: api.close };
        },
      };
    };
  });

  describe('an API server that is away', () => {
    const away = new RunnerError('cannot reach the server: nothing listens there', {
      code: 'MILLRACE_E_KUBE_UNREACHABLE',
      kind: 'system',
      reason: 'api_unreachable',
      retry: 'operation',
      details: { processed: false },
    });

    it('when the job has ended is asked until it deletes the pod', async () => {
      let refused = 0;
      const job = await jobs.start({
        stages: ok,
        api: (api) => ({
          ...api,
          delete: (...args) => {
            refused += 1;
            return refused <= 3 ? Promise.reject(away) : api.delete(...args);
          },
        }),
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      expect(job.recorder.events.filter(({ type }) => type === 'trouble')).toEqual([]);
      expect(refused).toBe(4);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('when the job begins has nothing of it to delete', async () => {
      const calls: string[] = [];
      const job = await jobs.start({
        stages: ok,
        api: (api): KubeApi => ({
          ...api,
          create: () => Promise.reject(away),
          get: (...args) => {
            calls.push('get');
            return api.get(...args);
          },
          delete: (...args) => {
            calls.push('delete');
            return api.delete(...args);
          },
        }),
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'api_unreachable' });
      expect(calls).toEqual([]);
    });
  });
});

/** A namespace with a quota in force. */
async function namespaceWithQuota(
  cluster: ClusterHandle,
  hard: Readonly<Record<string, string>>,
): Promise<string> {
  const namespace = await cluster.newNamespace();
  const { changes, dispose } = cluster.api.watch({ type: quotas, namespace });
  await cluster.api.create(
    quotas,
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'limits', namespace },
      spec: { hard },
    },
    { signal },
  );
  for await (const { object } of changes) {
    const { status } = object;
    // Until its use was counted for the first time a quota refuses all.
    if (typeof status === 'object' && status !== null && 'used' in status) break;
  }
  dispose();
  return namespace;
}

/** Declared rights, as test users are given them. */
function rightsOf(match: (permission: (typeof executorPermissions)[number]) => boolean): Rights {
  const rights: Record<string, string[]> = {};
  for (const { resources, verbs } of executorPermissions.filter(match))
    for (const resource of resources) (rights[resource] ??= []).push(...verbs);
  return rights;
}
