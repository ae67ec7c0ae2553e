import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createFakeClock } from '@millrace/async';
import { silentLogger } from '@millrace/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { createWoodpeckerClient } from '../client/woodpecker-client.ts';

it('a connection on which a call is open and nothing comes is pinged, after the time that is set', async () => {
  // It speaks HTTP/2 and answers nothing but pings, which Node does by itself.
  const server = createServer().on('stream', () => undefined);
  const sessions: ServerHttp2Session[] = [];
  const pinged = new Promise<void>((resolve) => {
    server.on('session', (session) => {
      sessions.push(session);
      session.on('ping', () => resolve());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = createWoodpeckerClient({
    server: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 's3cret',
    secure: false,
    skipVerify: false,
    hostname: 'agent-1',
    retryTimeout: 120_000,
    keepaliveTime: 5,
    keepaliveTimeout: 20_000,
    // Its time stands still: the call stays open.
    clock: createFakeClock(),
    logger: silentLogger,
    random: () => 0.5,
  });
  onTestFinished(() => {
    agent.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  const end = new AbortController();
  const call = agent.authenticate({ signal: end.signal }).catch((error: unknown) => error);
  await pinged;
  end.abort(new Error('seen'));
  expect(await call).toEqual(new Error('seen'));
});
