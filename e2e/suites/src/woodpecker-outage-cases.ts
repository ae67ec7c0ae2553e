import { describe, expect, it } from 'vitest';
import type { StepSpec } from './woodpecker-fixture.ts';
import type { AgentRoom } from './woodpecker-room.ts';

/** Servers that go away, and agents that are killed, at the moments that matter. */
export function outageCases(room: AgentRoom): void {
  const { server, addWorkflow, inStep, start, expectCleanEnd } = room;
  /** A step that ends with 3 when it is told to. */
  const held: StepSpec = {
    name: 'held',
    commands: ['echo here', 'until [ -e ../go ]; do sleep 0.1; done', 'exit 3'],
  };
  const letGo = (id: string): Promise<void> =>
    inStep(id, 'held', ['touch', '/woodpecker/src/example.org/acme/go']);
  const expectFailedWith3 = async (id: string): Promise<void> => {
    expect(await server().whenDone(id)).toBe('failure');
    expect(server().workflow(id).steps).toMatchObject([{ status: 'failure', exitCode: 3 }]);
    expect(server().logOf(id, 'held')).toContain('here');
  };

  describe('the end of a workflow', () => {
    it('that the server would not take is told later, with how its steps ended', async () => {
      const id = addWorkflow([[held]]);
      const agent = await start({ WOODPECKER_RETRY_TIMEOUT: '500ms' });
      await server().whenLogged(id, 'held', 'here');
      const faults = (['Update', 'Done'] as const).map((call) =>
        server().faults.add({ call }, { kind: 'refuse', status: 'UNAVAILABLE' }),
      );
      await letGo(id);
      await agent.says('it is told later');
      for (const fault of faults) fault.remove();
      await expectFailedWith3(id);
      await expectCleanEnd(agent);
    });

    it('is told by the next process when the server was away until the agent ended', async () => {
      const id = addWorkflow([[held]]);
      const first = await start({ WOODPECKER_RETRY_TIMEOUT: '500ms' });
      await server().whenLogged(id, 'held', 'here');
      const gone: Promise<() => Promise<void>>[] = [];
      const stop = server().faults.onCall(({ call }) => {
        if (call !== 'Update') return 'carry-out';
        // The step has ended, and the server will not hear of it.
        gone.push(server().faults.refuseConnections());
        return 'drop';
      });
      await letGo(id);
      expect(await first.finished).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('connection to server lost') as string,
      });
      stop();
      for (const comeBack of await Promise.all(gone)) await comeBack();
      server().faults.forgive(id);
      const next = await start();
      await expectFailedWith3(id);
      await expectCleanEnd(next, { wasKilled: true });
    });

    it('is told even when the server has given the workflow up while no agent was there', async () => {
      const id = addWorkflow([[held]]);
      const first = await start();
      await server().whenLogged(id, 'held', 'here');
      first.kill('SIGKILL');
      await first.finished;
      server().expire(id);
      const next = await start();
      expect(await server().whenDone(id)).toBe('failure');
      expect(server().workflow(id).error).toMatch(/the server has given up workflow/);
      expect(server().updatesOf(id, 'held').at(-1)).toMatchObject({ error: 'Canceled' });
      await expectCleanEnd(next, { wasKilled: true });
    });
  });

  it('lines that were noted before the agent was killed do not come again', async () => {
    const ticks = 40;
    const id = addWorkflow([
      [
        {
          name: 'ticks',
          commands: [
            `n=0; while [ $n -lt ${ticks} ]; do n=$((n+1)); echo tick $n; sleep 0.2; done`,
          ],
        },
      ],
    ]);
    const first = await start();
    let batches = 0;
    const stop = server().faults.onCall(({ call }) => {
      if (call !== 'Log') return 'carry-out';
      batches += 1;
      if (batches < 3) return 'carry-out';
      first.kill('SIGKILL');
      return 'drop';
    });
    await first.finished;
    stop();
    const next = await start();
    expect(await server().whenDone(id)).toBe('success');
    expect(server().logOf(id, 'ticks').slice(1)).toEqual(
      Array.from({ length: ticks }, (_, index) => `tick ${index + 1}`),
    );
    expect(server().repeatedLines()).toBe(0);
    await expectCleanEnd(next);
  });
}
