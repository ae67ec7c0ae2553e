import { createFakeClock } from '@millrace/async';
import { startWoodpeckerServer } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { workflowPayload } from '../woodpecker-fixture.ts';
import { startScriptedAgent } from './scripted-agent.ts';

it('a workflow that takes longer than the server allows is stopped, and told as canceled', async () => {
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const server = await startWoodpeckerServer();
  const stages = [[{ name: 'long' }], [{ name: 'next' }]];
  server.addWorkflow({
    id: '42',
    payload: workflowPayload(stages, { id: 'x', image: 'busybox' }),
    timeoutMinutes: 120,
  });
  const agent = await startScriptedAgent({
    server,
    clock,
    pods: { stay: true, logs: ['started'], exit: 143 },
    env: { WOODPECKER_AGENT_SINGLE_WORKFLOW: 'true' },
  });
  await agent.until(server.whenLogged('42', 'long', 'started'));
  await clock.advance(30 * 60_000);
  expect(server.workflow('42').status).toBe('running');
  await clock.advance(90 * 60_000);
  expect(await agent.until(server.whenDone('42'))).toBe('killed');
  expect(server.updatesOf('42', 'long').at(-1)).toMatchObject({
    canceled: true,
    error: 'Canceled',
  });
  expect(server.updatesOf('42', 'next')).toMatchObject([{ skipped: true }]);
  expect(server.logOf('42', 'long')).toEqual([
    'started',
    'ERROR: execution took longer than 7200 s',
    expect.stringMatching(/^hint: raise .*timeout/),
  ]);
  await agent.until(agent.finished);
  expect(server.violations()).toEqual([]);
  await server.close();
});
