import type { SeenRequest } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { clusterCases } from './woodpecker-cluster-cases.ts';
import { outageCases } from './woodpecker-outage-cases.ts';
import { wrongInputCases } from './woodpecker-wrong-input-cases.ts';
import { agentRoom } from './woodpecker-room.ts';

/** `millrace-woodpecker` as an agent: workflows of a server, run to their ends. */
export const woodpeckerAgentSuite: Suite = defineSuite('woodpecker agent', (cluster) => {
  const room = agentRoom(cluster);
  const { server, addWorkflow, start, expectCleanEnd, expectNothingLeft } = room;
  clusterCases(cluster, room);
  outageCases(room);
  wrongInputCases(room);

  describe('a workflow', () => {
    it('of three steps shares its workspace, and says what it does step by step', async () => {
      const id = addWorkflow([
        [{ name: 'write', commands: ['echo hello > greeting', 'echo written'] }],
        [{ name: 'read', commands: ['cat greeting'] }],
        [{ name: 'tell', commands: ['echo "$CI_PIPELINE_STATUS $CI_STEP_NAME $CI_MACHINE"'] }],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'write')).toEqual([
        '+ echo hello > greeting',
        '+ echo written',
        'written',
      ]);
      expect(server().logOf(id, 'read')).toEqual(['+ cat greeting', 'hello']);
      expect(server().logOf(id, 'tell').at(-1)).toBe('success tell suite-agent');
      const [began, ended, ...more] = server().updatesOf(id, 'write');
      expect(more).toEqual([]);
      expect(began).toMatchObject({ started: 0, finished: 0, exited: false, skipped: false });
      expect(ended).toMatchObject({ exited: true, exit_code: 0, error: '', canceled: false });
      expect(ended?.started).toBeGreaterThan(0);
      expect(ended?.finished).toBeGreaterThanOrEqual(ended?.started ?? 0);
      await expectCleanEnd(agent);
    });

    it('with a failing step skips what needs success and runs what follows failures', async () => {
      const id = addWorkflow([
        [{ name: 'fails', commands: ['echo before', 'exit 3', 'echo never'] }],
        [{ name: 'skipped' }],
        [
          {
            name: 'after',
            onSuccess: false,
            onFailure: true,
            commands: ['echo "$CI_PIPELINE_STATUS"'],
          },
        ],
        [{ name: 'always', onFailure: true }],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('failure');
      const { steps, error } = server().workflow(id);
      expect(error).toBe('');
      expect(steps.map(({ name, status, exitCode }) => [name, status, exitCode])).toEqual([
        ['fails', 'failure', 3],
        ['skipped', 'skipped', 0],
        ['after', 'success', 0],
        ['always', 'success', 0],
      ]);
      expect(server().logOf(id, 'after').at(-1)).toBe('failure');
      await expectCleanEnd(agent);
    });

    it('runs steps of one stage at the same time', async () => {
      const id = addWorkflow([
        [
          { name: 'one', commands: ['touch one', 'until [ -e two ]; do sleep 0.1; done'] },
          { name: 'two', commands: ['touch two', 'until [ -e one ]; do sleep 0.1; done'] },
        ],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
    });

    it('ends its detached steps when all others have ended, and tells how they ended', async () => {
      const id = addWorkflow([
        [{ name: 'beside', detach: true, failure: 'ignore', commands: ['echo here', 'sleep 600'] }],
        [{ name: 'work', commands: ['echo done'] }],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'beside')).toContain('here');
      expect(server().updatesOf(id, 'beside').at(-1)).toMatchObject({ exited: true });
      await expectCleanEnd(agent);
    });

    it('hides its secrets wherever they are cut', async () => {
      const secret = 'correct-horse-battery';
      const id = addWorkflow(
        [
          [
            {
              name: 'leaks',
              secrets: { PASSWORD: secret },
              commands: [
                'printf "%s" "${PASSWORD%horse*}"; sleep 0.3; echo "${PASSWORD#correct-}"',
              ],
            },
          ],
        ],
        { secrets: [{ name: 'password', value: secret }] },
      );
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'leaks').at(-1)).toBe('********');
      expect(server().logOf(id, 'leaks').join('\n')).not.toContain(secret);
      await expectCleanEnd(agent);
    });

    it('that is canceled stops its step, and begins no other', async () => {
      const id = addWorkflow([
        [{ name: 'long', commands: ['echo started', 'sleep 600'] }],
        [{ name: 'next' }],
      ]);
      const agent = await start();
      await server().whenLogged(id, 'long', 'started');
      server().cancel(id);
      expect(await server().whenDone(id)).toBe('killed');
      expect(server().updatesOf(id, 'long').at(-1)).toMatchObject({
        canceled: true,
        error: 'Canceled',
      });
      expect(server().updatesOf(id, 'next')).toEqual([]);
      await expectCleanEnd(agent);
    });

    it('whose payload makes no sense is told as failed, and the agent goes on', async () => {
      server().addBrokenWorkflow('7', '{"pipeline": [');
      const agent = await start();
      expect(await server().whenDone('7')).toBe('failure');
      expect(server().workflow('7').error).toContain("could not unmarshal workflow config of '7'");
      const id = addWorkflow([[{ name: 'fine' }]]);
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
    });

    it('with a quantity that is none fails in that step alone', async () => {
      const id = addWorkflow([
        [{ name: 'fine', commands: ['echo fine'] }],
        [{ name: 'wrong', options: { resources: { requests: { memory: 'lots' } } } }],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('failure');
      const { steps, error } = server().workflow(id);
      expect(steps.map(({ status }) => status)).toEqual(['success', 'failure']);
      expect(steps[1]?.error).toContain("resource request 'memory' quantity 'lots'");
      expect(error).toContain("resource request 'memory' quantity 'lots'");
      await expectCleanEnd(agent);
    });

    it('that takes longer than the server allows is stopped, and told as canceled', async ({
      skip,
    }) => {
      skip(cluster().kind === 'embedded', 'the shortest time that a server can allow is a minute');
      const id = addWorkflow(
        [[{ name: 'long', commands: ['echo started', 'sleep 600'] }], [{ name: 'next' }]],
        { timeoutMinutes: 1 },
      );
      const agent = await start();
      expect(await server().whenDone(id)).toBe('killed');
      expect(server().logOf(id, 'long')).toContain('ERROR: execution took longer than 60 s');
      expect(server().updatesOf(id, 'long').at(-1)).toMatchObject({
        canceled: true,
        error: 'Canceled',
      });
      expect(server().updatesOf(id, 'next')).toMatchObject([{ skipped: true }]);
      await expectCleanEnd(agent);
    });

    it('without a step is a success', async () => {
      const id = addWorkflow([[], []]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
    });

    it('that an agent has taken, and was killed before it had begun, is begun by the next one', async () => {
      const id = addWorkflow([[{ name: 'one', commands: ['echo ran once'] }]]);
      const first = await start();
      server().onCall((name) => {
        if (name === 'Init') first.kill('SIGKILL');
      });
      await first.finished;
      server().onCall(() => undefined);
      const next = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(
        server()
          .logOf(id, 'one')
          .filter((line) => line === 'ran once'),
      ).toHaveLength(1);
      await expectCleanEnd(next, { wasKilled: true });
    });

    it('survives the end of the agent: the next one goes on with it', async () => {
      const id = addWorkflow([
        [
          {
            name: 'ticks',
            commands: [
              'n=0; while [ ! -e ../enough ]; do n=$((n+1)); echo tick $n; [ $n = 60 ] && touch ../enough; sleep 0.2; done; echo over',
            ],
          },
        ],
        [{ name: 'after', commands: ['echo ran after'] }],
      ]);
      const first = await start();
      await server().whenLogged(id, 'ticks', 'tick 5');
      first.kill('SIGKILL');
      await first.finished;
      const next = await start();
      expect(await server().whenDone(id)).toBe('success');
      const ticks = server()
        .logOf(id, 'ticks')
        .filter((line) => line.startsWith('tick '));
      expect(ticks).toEqual(Array.from({ length: 60 }, (_, index) => `tick ${index + 1}`));
      expect(server().logOf(id, 'ticks').at(-1)).toBe('over');
      expect(server().logOf(id, 'after').at(-1)).toBe('ran after');
      expect(server().updatesOf(id, 'ticks').at(-1)).toMatchObject({ exited: true, exit_code: 0 });
      await expectCleanEnd(next, { wasKilled: true });
    });
  });

  describe('the agent', () => {
    it('told to end cancels what runs, tells it, and ends with 0', async () => {
      const id = addWorkflow([[{ name: 'long', commands: ['echo started', 'sleep 600'] }]]);
      const agent = await start();
      await server().whenLogged(id, 'long', 'started');
      await expectCleanEnd(agent);
      expect(await server().whenDone(id)).toBe('killed');
    });

    it('ends after one workflow where it is told to, with its log whole', async () => {
      const id = addWorkflow([[{ name: 'one', commands: ['echo the last line'] }]]);
      const agent = await start({ WOODPECKER_AGENT_SINGLE_WORKFLOW: 'true' });
      expect(await agent.finished).toMatchObject({ exitCode: 0 });
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'one').at(-1)).toBe('the last line');
      await expectNothingLeft();
    });

    it('renews a token that the server does not take any more', async () => {
      const agent = await start();
      await server().whenPolled();
      server().revokeTokens();
      const id = addWorkflow([[{ name: 'one' }]]);
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
    });

    it('makes at most 14 requests for three steps besides shared watches, and none while a step runs', async () => {
      const agent = await start();
      await server().whenPolled();
      const before = cluster().requests().length;
      const id = addWorkflow([
        [{ name: 'one', commands: ['true'] }],
        [{ name: 'two', commands: ['echo begun', 'sleep 3'] }],
        [{ name: 'three', commands: ['true'] }],
      ]);
      await server().whenLogged(id, 'two', 'begun');
      const begun = cluster().requests().length;
      await server().whenUpdated(id, 'two', ({ exited }) => exited);
      expect(
        own(cluster().requests().slice(begun)).filter(({ verb }) => verb !== 'delete'),
      ).toEqual([]);
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
      const made = own(cluster().requests().slice(before));
      expect(made.length).toBeLessThanOrEqual(14);
    });
  });
});

/** Requests for a workflow itself: what is asked once for all, versions, rights and shared watches, is left out. */
const own = (requests: readonly SeenRequest[]): readonly SeenRequest[] =>
  requests.filter(
    ({ verb, resource, namespace }) =>
      namespace !== '' && !['watch', 'list'].includes(verb) && !resource.endsWith('reviews'),
  );
