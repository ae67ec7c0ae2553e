import { createFakeClock } from '@millrace/async';
import { silentLogger, startWoodpeckerServer } from '@millrace/testkit';
import { startAgent } from '@millrace/woodpecker-compat/agent';
import { readAgentSettings } from '@millrace/woodpecker-compat/agent-settings';
import { expect, it } from 'vitest';
import { workflowPayload } from '../woodpecker-fixture.ts';
import { scriptedApi } from './scripted-api.ts';

it('a workflow that takes longer than the server allows is stopped, and told as canceled', async () => {
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const server = await startWoodpeckerServer();
  const end = new AbortController();
  const input = {
    environment: {
      WOODPECKER_SERVER: server.address,
      WOODPECKER_AGENT_SECRET: server.secret,
      WOODPECKER_HEALTHCHECK: 'false',
      WOODPECKER_AGENT_CONFIG_FILE: '',
      WOODPECKER_AGENT_SINGLE_WORKFLOW: 'true',
      KUBERNETES_SERVICE_HOST: 'scripted',
    },
    flags: {},
  };
  const stages = [[{ name: 'long' }], [{ name: 'next' }]];
  server.addWorkflow({
    id: '42',
    payload: workflowPayload(stages, { id: 'x', image: 'busybox' }),
    timeoutMinutes: 7,
  });
  const agent = startAgent({
    settings: await readAgentSettings(input, { signal: end.signal }),
    input,
    logger: silentLogger,
    signal: end.signal,
    cluster: scriptedApi(() => ({ stay: true, logs: ['started'], exit: 143 }), []),
    clock,
  });
  await server.whenUpdated('42', 'long', ({ exited }) => !exited);
  let over = false;
  const ended = server.whenDone('42').finally(() => {
    over = true;
  });
  await clock.advance(6 * 60_000);
  expect(server.workflow('42').status).toBe('running');
  // What the server says comes in its own time, and some of it is waited for by the clock.
  while (!over) {
    await clock.advance(1_000);
    await new Promise(setImmediate);
  }
  expect(await ended).toBe('killed');
  expect(server.updatesOf('42', 'long').at(-1)).toMatchObject({
    canceled: true,
    error: 'Canceled',
  });
  expect(server.updatesOf('42', 'next')).toMatchObject([{ skipped: true }]);
  expect(server.logOf('42', 'long')).toEqual([
    'started',
    'ERROR: execution took longer than 420 s',
    expect.stringMatching(/^hint: raise .*timeout/),
  ]);
  while (!(await settled(agent))) await clock.advance(1_000);
  await server.close();
});

/** Whether a promise is settled a moment later. */
const settled = (promise: Promise<void>): Promise<boolean> =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
