import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from '../fixture.test.helpers.ts';
import { tunnel, upgrade, type ClientStream, type SpdyClient } from './client.test.helpers.ts';

let cluster: Fixture;
let echo: Server;
const clients: SpdyClient[] = [];

beforeEach(async () => {
  cluster = await startFixture();
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  cluster.node.dial = async (asked) => {
    if (asked !== 80) throw new Error('connection refused');
    const socket: Duplex = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  await cluster.call('POST', podsPath, podOf('a', { containers: [{ name: 'c', image: 'x' }] }));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  echo.close();
  await cluster.close();
});

const url = (pod = 'a'): string => `${cluster.server.url}${podsPath}/${pod}/portforward`;

async function opened(client: Promise<SpdyClient>): Promise<SpdyClient> {
  clients.push(await client);
  return client;
}

function pair(
  client: SpdyClient,
  port: string,
  request: string,
): { readonly data: ClientStream; readonly error: ClientStream } {
  const open = (streamtype: string): ClientStream =>
    client.open({ streamtype, port, ...(request === '' ? {} : { requestid: request }) });
  const error = open('error');
  return { error, data: open('data') };
}

describe.each<[string, () => Promise<SpdyClient>]>([
  ['through a WebSocket', () => tunnel(url())],
  ['over SPDY alone', () => upgrade(url(), ['portforward.k8s.io'])],
])('ports %s', (_way, connectTo) => {
  it('carry bytes both ways, and their ends', async () => {
    const client = await opened(connectTo());
    const { data, error } = pair(client, '80', '0');
    error.end();
    data.write('hello ');
    data.write('world');
    data.end();
    expect(await data.ended).toBe('fin');
    expect(await error.ended).toBe('fin');
    expect([data.received(), error.received()]).toEqual(['hello world', '']);
  });

  it('are many on one connection, also for clients that give requests no name', async () => {
    const client = await opened(connectTo());
    const streams = ['0', '1', ''].map((request) => pair(client, '80', request).data);
    for (const [index, data] of streams.entries()) {
      data.write(String(index).repeat(200_000));
      data.end();
    }
    expect(await Promise.all(streams.map((data) => data.ended))).toEqual(['fin', 'fin', 'fin']);
    expect(streams.map((data, index) => data.received() === String(index).repeat(200_000))).toEqual(
      [true, true, true],
    );
  });

  it('tell on the other stream why nobody answers', async () => {
    const client = await opened(connectTo());
    const { data, error } = pair(client, '81', '0');
    expect(await data.ended).toBe('reset');
    expect(await error.ended).toBe('fin');
    expect(error.received()).toMatch(
      /^error forwarding port 81 to pod a_default, uid [-\da-f]{36}: connection refused$/u,
    );
    const again = pair(client, '80', '1');
    again.data.write('x');
    again.data.end();
    expect(await again.data.ended).toBe('fin');
  });

  it.each([
    ['without a port', { streamtype: 'data' }],
    ['to an impossible port', { streamtype: 'data', port: '0' }],
    ['of an unknown type', { streamtype: 'control', port: '80' }],
  ])('refuse a stream %s', async (_what, headers) => {
    const client = await opened(connectTo());
    expect(await client.open(headers).ended).toBe('reset');
  });

  it('are let go with the connection', async () => {
    const [socket] = await Promise.all([
      once(echo, 'connection').then(([peer]) => peer as Duplex),
      opened(connectTo()).then((client) => void pair(client, '80', '0')),
    ]);
    const closed = once(socket, 'close');
    clients[0]?.destroy();
    await closed;
  });

  it('end in order when the server does', async () => {
    const client = await opened(connectTo());
    const { data } = pair(client, '80', '0');
    data.write('x');
    await cluster.close();
    await client.ended;
  });
});

it('refuses what it cannot forward before any switch', async () => {
  await expect(upgrade(url('nobody'), ['portforward.k8s.io'])).rejects.toThrow(
    'pods \\"nobody\\" not found',
  );
  await expect(upgrade(url(), ['other.k8s.io'])).rejects.toThrow(
    'unable to upgrade: unable to negotiate protocol: client supports [other.k8s.io], server supports [portforward.k8s.io]',
  );
});

it('counts a forwarded port as a connection', async () => {
  await opened(tunnel(url()));
  expect(cluster.requests.at(-1)).toMatchObject({
    verb: 'connect',
    resource: 'pods',
    subresource: 'portforward',
    upgraded: true,
  });
});
