import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock } from '@millrace/async';
import { startWoodpeckerServer } from '@millrace/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { workflowPayload } from '../woodpecker-fixture.ts';
import { startScriptedAgent } from './scripted-agent.ts';

it('an agent that is told to end while its server is away ends all the same, and the next one tells how its workflow ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-agent-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const server = await startWoodpeckerServer();
  server.addWorkflow({
    id: '42',
    payload: workflowPayload([[{ name: 'long' }]], { id: 'x', image: 'busybox' }),
  });
  const options = {
    server,
    clock,
    pods: { stay: true, logs: ['started'], exit: 143 },
    env: {
      WOODPECKER_AGENT_CONFIG_FILE: join(folder, 'agent.conf'),
      // Calls are tried again for ever, but not by an agent that has to end.
      WOODPECKER_RETRY_TIMEOUT: '0s',
    },
  };
  const first = await startScriptedAgent(options);
  await first.until(server.whenLogged('42', 'long', 'started'));
  const comeBack = await server.faults.refuseConnections();
  first.end();
  await first.until(first.finished);
  expect(server.workflow('42').status).toBe('running');
  await comeBack();
  server.faults.forgive('42');
  const next = await startScriptedAgent(options);
  expect(await next.until(server.whenDone('42'))).toBe('killed');
  expect(server.updatesOf('42', 'long').at(-1)).toMatchObject({ error: 'Canceled' });
  next.end();
  await next.until(next.finished);
  for (const kept of ['records', 'workflows'])
    expect(
      (await readdir(join(folder, 'millrace-woodpecker', kept))).filter((name) =>
        name.includes('42'),
      ),
    ).toEqual([]);
  expect(server.violations()).toEqual([]);
  await server.close();
});
