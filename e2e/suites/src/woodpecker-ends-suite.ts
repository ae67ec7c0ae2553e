import { resourceTypes } from '@millrace/kube-objects';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { agentRoom } from './woodpecker-room.ts';

/** Ends of the Woodpecker agent and of its workflows that do not go as they should. */
export const woodpeckerEndsSuite: Suite = defineSuite('woodpecker ends', (cluster) => {
  const { server, namespace, addWorkflow, start, expectCleanEnd, expectNothingLeft } =
    agentRoom(cluster);

  describe('the agent', () => {
    it('told to end twice does not wait for a step that will not', async () => {
      const id = addWorkflow([
        [
          {
            name: 'stubborn',
            entrypoint: ['/bin/sh', '-c', 'trap "" TERM; echo started; while :; do sleep 1; done'],
          },
        ],
      ]);
      const agent = await start({ WOODPECKER_BACKEND_K8S_STOP_TIMEOUT: '600' });
      await server().whenLogged(id, 'stubborn', 'started');
      agent.kill('SIGTERM');
      await whenDeleted();
      agent.kill('SIGINT');
      expect(await agent.finished).toMatchObject({ exitCode: 0 });
      expect(await server().whenDone(id)).toBe('killed');
      expect(server().updatesOf(id, 'stubborn').at(-1)).toMatchObject({
        canceled: true,
        exited: false,
      });
      const place = { type: resourceTypes.pods, namespace: namespace() };
      for (const { metadata } of await cluster().api.list(place, { signal })) {
        expect(metadata).toHaveProperty('deletionTimestamp');
        const pod = { ...place, name: metadata.name ?? '' };
        await cluster().api.delete(pod, { gracePeriodSeconds: 0 }, { signal });
      }
      await expectNothingLeft();
    });

    it('told to end while its server is away leaves nothing, and the next one tells the end', async () => {
      const id = addWorkflow([[{ name: 'long', commands: ['echo started', 'sleep 600'] }]]);
      const agent = await start();
      await server().whenLogged(id, 'long', 'started');
      const listenAgain = await server().faults.refuseConnections();
      agent.kill('SIGTERM');
      expect(await agent.finished).toMatchObject({ exitCode: 0 });
      expect(await cluster().leftovers(namespace())).toEqual([]);
      await listenAgain();
      const next = await start();
      expect(await server().whenDone(id)).toBe('killed');
      await expectCleanEnd(next, { wasKilled: true });
    }, 120_000);

    it('that was killed, and whose workflow the server has given up, tells its end all the same', async () => {
      const id = addWorkflow([
        [{ name: 'before' }],
        [{ name: 'long', commands: ['echo started', 'sleep 600'] }],
        [{ name: 'after' }],
      ]);
      const agent = await start();
      await server().whenLogged(id, 'long', 'started');
      agent.kill('SIGKILL');
      await agent.finished;
      server().expire(id);
      const next = await start();
      expect(await server().whenDone(id)).toBe('failure');
      const { steps, error } = server().workflow(id);
      expect(steps.map(({ status }) => status)).toEqual(['success', 'killed', 'killed']);
      expect(error).toMatch(/the server has given up workflow .*the agent was silent/);
      await expectCleanEnd(next, { wasKilled: true });
    });

    it('tries again at its next start to remove what it could not', async () => {
      const id = addWorkflow([[{ name: 'one' }]]);
      cluster().faults.refuse(
        ({ verb, resource }) => verb === 'delete' && resource === 'persistentvolumeclaims',
        { code: 403, reason: 'Forbidden', message: 'not now', times: 1 },
      );
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      agent.kill('SIGTERM');
      expect((await agent.finished).stderr).toMatch(/could not be deleted; the next start/);
      expect(await cluster().leftovers(namespace())).toMatchObject([
        { kind: 'PersistentVolumeClaim' },
      ]);
      const next = await start();
      await server().whenPolled();
      await expectCleanEnd(next);
      expect(server().updatesOf(id, 'one')).toHaveLength(2);
    });
  });

  describe('a workflow', () => {
    it.each(['persistentvolumeclaims', 'services'])(
      'whose %s may not be made ends with the refusal, and its steps are told as skipped',
      async (refused) => {
        const id = addWorkflow([[{ name: 'one' }], [{ name: 'two', onFailure: true }]]);
        cluster().faults.refuse(({ verb, resource }) => verb === 'create' && resource === refused, {
          code: 403,
          reason: 'Forbidden',
          message: `no ${refused} for you`,
          times: 1,
        });
        const agent = await start();
        expect(await server().whenDone(id)).toBe('failure');
        const { steps, error } = server().workflow(id);
        expect(steps.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
        expect(error).toContain(`no ${refused} for you`);
        await expectCleanEnd(agent);
      },
    );

    it('may use the namespace of its organization that is there, where it may not make it', async () => {
      const type = resourceTypes.namespaces;
      const name = `${namespace()}-1`;
      const organizations = { WOODPECKER_BACKEND_K8S_NAMESPACE_PER_ORGANIZATION: 'true' };
      const forbid = (): void =>
        cluster().faults.refuse(
          ({ verb, resource }) => verb === 'create' && resource === 'namespaces',
          { code: 403, reason: 'Forbidden', message: 'no namespace for you', times: 1 },
        );
      forbid();
      const agent = await start(organizations);
      const first = addWorkflow([[{ name: 'one' }]]);
      expect(await server().whenDone(first)).toBe('failure');
      expect(server().workflow(first).error).toContain('no namespace for you');
      const second = addWorkflow([[{ name: 'one' }]]);
      expect(await server().whenDone(second)).toBe('success');
      forbid();
      const third = addWorkflow([[{ name: 'one' }]]);
      expect(await server().whenDone(third)).toBe('success');
      await expectCleanEnd(agent);
      expect(await cluster().leftovers(name)).toEqual([]);
      await cluster().api.delete({ type, namespace: '', name }, {}, { signal });
    });

    it.each([
      [500, 'InternalError'],
      [429, 'TooManyRequests'],
      [503, 'ServiceUnavailable'],
    ])(
      'does not notice an API server that answers each kind of call with %d once',
      async (code, reason) => {
        for (const verb of ['create', 'delete', 'watch', 'get'])
          for (const resource of ['persistentvolumeclaims', 'services', 'secrets', 'pods'])
            cluster().faults.refuse(
              (request) =>
                request.namespace === namespace() &&
                request.verb === verb &&
                request.resource === resource,
              { code, reason, message: 'in a moment', times: 1 },
            );
        const id = addWorkflow([
          [{ name: 'one', commands: ['echo said'], secrets: { TOKEN: 'value-of-it' } }],
          [{ name: 'two' }],
        ]);
        const agent = await start();
        expect(await server().whenDone(id)).toBe('success');
        expect(server().logOf(id, 'one')).toContain('said');
        await expectCleanEnd(agent);
        await expectNothingLeft();
      },
    );
  });

  /** Resolves when somebody has asked for the deletion of a pod. */
  const whenDeleted = async (): Promise<void> => {
    const watch = cluster().api.watch({ type: resourceTypes.pods, namespace: namespace() });
    try {
      for await (const { object } of watch.changes)
        if (object.metadata.deletionTimestamp !== undefined) return;
    } finally {
      watch.dispose();
    }
  };
});

const { signal } = new AbortController();
