import { expect, it } from 'vitest';
import { createLogQueue } from '../logs/log-queue.ts';
import { createSystemClock } from '@millrace/async';
import { silentLogger } from '@millrace/testkit';
import {
  begin,
  call,
  clientOf,
  exit,
  introduce,
  labels,
  openAgentRoom,
  over,
  payload,
  running,
  start,
} from '../testing/agent.test.helper.ts';

it('leads a workflow from the queue to its end, and breaks no rule of the server', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  await agent.reportHealth(call);
  expect(server.agents()).toEqual([
    {
      id: 1,
      name: 'agent-1',
      info: {
        platform: 'linux/amd64',
        capacity: 1,
        backend: 'kubernetes',
        version: 'dev',
        customLabels: { zone: 'a' },
      },
    },
  ]);
  const asked = agent.next(labels, call);
  await server.whenPolled();
  server.addWorkflow({ id: '42', payload, timeoutMinutes: 7 });
  const offer = await asked;
  expect(offer).toMatchObject({ id: '42', timeoutMinutes: 7 });
  expect(JSON.parse(Buffer.from(offer!.payload).toString())).toEqual(payload);

  const ended = agent.wait('42', call);
  await agent.init('42', running, call);
  await agent.update('42', start, call);
  const logs = createLogQueue({
    send: agent.log,
    capacity: 100,
    clock: createSystemClock(),
    logger: silentLogger,
  });
  for (const [line, text] of ['one', '', 'drei ✓'].entries())
    await logs.add({ stepUuid: 'U1', time: line, line, data: Buffer.from(text) }, call);
  await logs.flushed(call);
  await logs.close(call);
  await agent.extend('42', call);
  await agent.update('42', exit, call);
  await agent.done('42', over, call);

  expect(await ended).toEqual({ canceled: false });
  expect(server.workflow('42')).toMatchObject({ status: 'success', error: '', agent: 1 });
  expect(server.logOf('42', 'build')).toEqual(['one', '', 'drei ✓']);
  expect(server.violations()).toEqual([]);
});

it('says who it is with the calls that want it, and carries nothing but its token with the others', async () => {
  const room = await openAgentRoom();
  const { server, agent } = room;
  await begin(room);
  await agent.reportHealth(call);
  await agent.extend('42', call);
  const keys = server.calls().map(({ name, metadata }) => [name, Object.keys(metadata).toSorted()]);
  const introduced = ['hostname', 'proto-version', 'token'];
  expect(keys).toEqual([
    ['Auth', []],
    ['Version', introduced],
    ['RegisterAgent', introduced],
    ['Next', ['token']],
    ['Init', ['token']],
    ['ReportHealth', introduced],
    ['Extend', ['token']],
  ]);
  expect(server.calls()[1]?.metadata).toMatchObject({ hostname: 'agent-1', 'proto-version': '16' });
});

it('shows a known id, and keeps the one it is given', async () => {
  const { server, agent } = await openAgentRoom();
  expect(agent.agentId()).toBe(-1);
  await agent.authenticate(call);
  expect(agent.agentId()).toBe(1);
  const again = clientOf(server, { agentId: 1 });
  await again.authenticate(call);
  expect(again.agentId()).toBe(1);
  expect(server.calls().map(({ request }) => request)).toMatchObject([
    { agent_id: -1 },
    { agent_id: 1 },
  ]);
});

it('a wrong secret is the last word, in the words of the server', async () => {
  const { agent, count } = await openAgentRoom({}, { secret: 'wrong' });
  await expect(agent.authenticate(call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_CALL',
    kind: 'system',
    retry: 'never',
    hint: expect.stringContaining('check WOODPECKER_AGENT_SECRET'),
    details: {
      status: 'UNKNOWN',
      message:
        'agent could not auth: individual agent not found by token: sql: no rows in result set',
    },
  });
  expect(count('Auth')).toBe(1);
});

it.each([15, 17])('does not work with a server of protocol version %d', async (protocol) => {
  const { agent } = await openAgentRoom({ protocol });
  await agent.authenticate(call);
  await expect(agent.version(call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_VERSION',
    kind: 'config',
  });
});

it('tells the version of the server', async () => {
  const { agent } = await openAgentRoom();
  await agent.authenticate(call);
  expect(await agent.version(call)).toEqual({ protocol: 16, server: '3.17.0' });
});

it('never asks for work without labels, which would end the server', async () => {
  const { agent, count } = await openAgentRoom();
  await introduce(agent);
  await expect(agent.next({}, call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_LABELS',
  });
  expect(count('Next')).toBe(0);
});

it('stops asking for work when it is told to', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  const stop = new AbortController();
  const asked = agent.next(labels, { signal: stop.signal });
  await server.whenPolled();
  stop.abort(new Error('the agent ends'));
  await expect(asked).rejects.toThrow('the agent ends');
  await server.until(() => server.heldPolls() === 0);
  expect(server.violations()).toEqual([]);
});

it('is answered with nothing when the server wants to be asked again', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  const asked = agent.next(labels, call);
  await server.whenPolled();
  server.releasePolls();
  expect(await asked).toBeUndefined();
});

it('hears of a cancel', async () => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  const ended = agent.wait('42', call);
  await server.until(() => count('Wait') === 1);
  server.cancel('42');
  expect(await ended).toEqual({ canceled: true });
});

it('hears of a lost lease, and is given nothing afterwards', async () => {
  const room = await openAgentRoom();
  const { server, agent, count } = room;
  await begin(room);
  const ended = agent.wait('42', call).catch((error: unknown) => error);
  await server.until(() => count('Wait') === 1);
  server.expire('42');
  expect(await ended).toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_CALL',
    details: { status: 'UNKNOWN', message: 'queue: task expired' },
  });
  expect(await agent.next(labels, call)).toBeUndefined();
  expect(server.workflow('42').status).toBe('running');
});

it('is taken off the list of agents when it says so', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  await agent.unregister(call);
  expect(server.agents()).toEqual([]);
});

it('cannot take a workflow whose message is larger than four mebibytes, and says so', async () => {
  const { server, agent, count } = await openAgentRoom();
  await introduce(agent);
  server.addBrokenWorkflow('42', 'x'.repeat(4 * 1024 * 1024 + 1));
  await expect(agent.next(labels, call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_CALL',
    retry: 'never',
    details: { status: 'RESOURCE_EXHAUSTED' },
    hint: 'a message is larger than 4 MiB: make the workflow smaller',
  });
  expect(count('Next')).toBe(1);
});

it('can take one that is only a little smaller', async () => {
  const { server, agent } = await openAgentRoom();
  await introduce(agent);
  const size = 4 * 1024 * 1024 - 100;
  server.addBrokenWorkflow('42', 'x'.repeat(size));
  expect((await agent.next(labels, call))?.payload.length).toBe(size);
});
