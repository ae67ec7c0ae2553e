import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFakeClock } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { afterEach, expect, it } from 'vitest';
import { createAgentState, startHealthServer, type AgentState } from './health.ts';

const hour = 3_600_000;
const clock = createFakeClock();
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function start(address: string, state: AgentState = createAgentState()) {
  const told: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (message, fields) => void told.push(`${message} ${JSON.stringify(fields)}`),
    child: () => logger,
  };
  const server = startHealthServer({
    address,
    version: '3.17.0',
    capacity: 3,
    state,
    clock,
    logger,
  });
  servers.push(server);
  return { server, told };
}

async function answer(server: Server, path: string, method = 'GET') {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

it('answers to any method; a path that nobody knows is not found', async () => {
  const { server } = start('127.0.0.1:0');
  expect(await answer(server, '/healthz', 'POST')).toMatchObject({ status: 200, text: '' });
  const version = await answer(server, '/version');
  expect(version.text).toMatch(/^\{"version":"3\.17\.0","source":".+"\}\n$/);
  expect(version.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect((await answer(server, '/')).status).toBe(404);
});

it('is ill when a workflow is an hour over its time', async () => {
  const state = createAgentState();
  const { server } = start('127.0.0.1:0', state);
  state.begin({
    id: '7',
    repository: 'acme/demo',
    pipelineNumber: '3',
    started: clock.now(),
    timeoutSeconds: 60,
  });
  await clock.advance(hour + 60_000);
  expect(JSON.parse((await answer(server, '/varz')).text)).toMatchObject({
    polling_count: 2,
    running_count: 1,
    running: { 7: { repository: 'acme/demo', pipeline_timeout: 60_000_000_000 } },
  });
  expect((await answer(server, '/healthz')).status).toBe(200);
  await clock.advance(1);
  expect((await answer(server, '/healthz')).status).toBe(500);
  state.end('7');
  expect((await answer(server, '/healthz')).status).toBe(200);
});

it.each(['localhost', ':http', ':99999', ''])(
  'the address %j is told, and the agent goes on without',
  (address) => {
    const { server, told } = start(address);
    expect(server.listening).toBe(false);
    expect(told).toEqual([expect.stringMatching(/failed to listen on address .*has no port/)]);
  },
);
