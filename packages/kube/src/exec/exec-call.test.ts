import { setImmediate } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { ExecRequest, ExecSession } from '@millrace/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { failure, startServer, type LocalServer } from '../testing/local-server.test.helpers.ts';
import {
  testConnection,
  token,
  unlimited,
  until,
  type TestConnection,
} from '../testing/test-connection.test.helpers.ts';

const request: ExecRequest = {
  namespace: 'ci',
  pod: 'build-1',
  container: 'helper',
  command: ['sh', '-c', 'cat'],
  stdin: true,
};
const success = JSON.stringify({ status: 'Success' });

function frame(channel: number, data: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(data)]);
}

/** An API server that upgrades exec requests, speaking the given protocol. */
async function execServer(
  options: { readonly protocol?: string; readonly autoPong?: boolean } = {},
): Promise<LocalServer & { readonly accepted: WebSocket[]; readonly offered: string[] }> {
  const server = await startServer((_request, response) => failure(response, 400, 'BadRequest'));
  const offered: string[] = [];
  const accepted: WebSocket[] = [];
  const sockets = new WebSocketServer({
    server: server.http,
    autoPong: options.autoPong ?? true,
    handleProtocols: (protocols, upgrade) => {
      offered.push(...protocols);
      server.seen.push({
        method: 'UPGRADE',
        path: upgrade.url ?? '',
        query: new URL(upgrade.url ?? '', 'http://server').searchParams,
        headers: upgrade.headers,
        body: '',
      });
      return options.protocol ?? 'v5.channel.k8s.io';
    },
  });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    accepted.push(socket);
  });
  onTestFinished(() => sockets.close());
  return { ...server, accepted, offered };
}

async function openSession(
  options: {
    readonly protocol?: string;
    readonly autoPong?: boolean;
    readonly signal?: AbortSignal;
  } = {},
  connection: Parameters<typeof testConnection>[1] = {},
): Promise<
  TestConnection & {
    session: ExecSession;
    socket: WebSocket;
    server: LocalServer;
    offered: string[];
  }
> {
  const server = await execServer(options);
  const connected = testConnection(server.url, connection);
  const signal = options.signal ?? new AbortController().signal;
  const session = await connected.api.exec(request, { signal });
  await until(() => server.accepted.length === 1);
  const [socket] = server.accepted;
  if (socket === undefined) throw new Error('not connected');
  return { ...connected, session, socket, server, offered: server.offered };
}

/** All that is read from a stream whose end may be a loss. */
async function readAll(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ text: string; error?: unknown }> {
  let read = '';
  try {
    for await (const chunk of stream) read += Buffer.from(chunk).toString();
    return { text: read };
  } catch (error) {
    return { text: read, error };
  }
}

describe('opening', () => {
  it('offers v5 first, asks for what is needed, and counts as an upgrade', async () => {
    const { server, offered, api } = await openSession();
    expect(offered).toEqual(['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    const [seen] = server.seen;
    expect(seen?.path).toBe(
      '/api/v1/namespaces/ci/pods/build-1/exec?container=helper&command=sh&command=-c&command=cat' +
        '&stdin=true&stdout=true&stderr=true&tty=false',
    );
    expect(seen?.headers.authorization).toBe(`Bearer ${token}`);
    expect(seen?.headers['user-agent']).toBe('millrace-test/1');
    expect(seen?.headers.accept ?? '*/*').toBe('*/*');
    expect(api.requests()).toMatchObject({ requests: 0, upgrades: 1 });
  });

  it.each([
    [403, 'Forbidden', 'pods "build-1" is forbidden: no exec', 'api_forbidden'],
    [404, 'NotFound', 'pods "build-1" not found', 'api_not_found'],
    [401, 'Unauthorized', 'Unauthorized', 'api_unauthorized'],
  ])(
    'turns a refusal with %i into the typed error of its Status',
    async (code, reason, message, expected) => {
      const server = await startServer((_request, response) =>
        failure(response, code, reason, message),
      );
      const { api } = testConnection(server.url);
      const error: unknown = await api
        .exec(request, unlimited())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ reason: expected });
      expect(String(error)).toContain(message);
    },
  );

  it('tries again when the kubelet cannot be reached, because then nothing has started', async () => {
    const server = await startServer((_request, response) =>
      failure(response, 500, 'InternalError', 'error dialing backend: dial tcp'),
    );
    const { api } = testConnection(server.url);
    await expect(api.exec(request, unlimited())).rejects.toMatchObject({
      code: 'MILLRACE_E_KUBE_NODE_UNREACHABLE',
    });
    expect(server.seen).toHaveLength(5);
    expect(api.requests().upgrades).toBe(5);
  });

  it('does not try again when the connection broke on the way, because the command may run', async () => {
    const server = await startServer((_request, response) => response.socket?.resetAndDestroy());
    const { api } = testConnection(server.url);
    await expect(api.exec(request, unlimited())).rejects.toMatchObject({
      reason: 'api_unreachable',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('ends after the time limit', async () => {
    const server = await startServer(() => undefined);
    const { api, clock } = testConnection(server.url);
    const opening = api
      .exec(request, { ...unlimited(), timeout: 5000 })
      .catch((error: unknown) => error);
    await until(() => server.seen.length === 1);
    await clock.advance(5000);
    expect(await opening).toMatchObject({ code: 'MILLRACE_E_KUBE_TIMEOUT' });
  });
});

describe('a session', () => {
  it('carries both outputs and ends with the status frame', async () => {
    const { session, socket } = await openSession();
    socket.send(frame(1, ''));
    socket.send(frame(1, 'out'));
    socket.send(frame(2, 'err'));
    socket.send(frame(3, success));
    socket.close(1000);
    expect(await session.status).toEqual({ exitCode: 0, message: '' });
    expect(await readAll(session.stdout)).toEqual({ text: 'out' });
    await expect(session.write(Buffer.from('x'))).rejects.toThrow('the command has ended');
    expect(await readAll(session.stderr)).toEqual({ text: 'err' });
  });

  it('loses nothing that was sent before anybody listened', async () => {
    const server = await execServer();
    const { api } = testConnection(server.url);
    const opening = api.exec(request, unlimited());
    await until(() => server.accepted.length === 1);
    server.accepted[0]?.send(frame(1, 'early'));
    server.accepted[0]?.send(frame(3, success));
    server.accepted[0]?.close();
    const session = await opening;
    expect(await readAll(session.stdout)).toEqual({ text: 'early' });
  });

  it('ignores frames of unknown channels, empty messages and a close frame of v5', async () => {
    const { session, socket } = await openSession();
    for (const data of [frame(9, 'x'), frame(255, [1] as never), Buffer.alloc(0), frame(0, 'x')]) {
      socket.send(data);
    }
    socket.send(frame(1, 'ok'));
    socket.send(frame(3, success.slice(0, 5)));
    socket.send(frame(3, success.slice(5)));
    socket.close();
    expect(await session.status).toEqual({ exitCode: 0, message: '' });
    expect(await readAll(session.stdout)).toEqual({ text: 'ok' });
  });

  it('sends input in frames that a server takes, and ends it alone with v5', async () => {
    const { session, socket } = await openSession();
    const got: Buffer[] = [];
    socket.on('message', (data: Buffer) => got.push(data));
    expect(session.canEndInput).toBe(true);
    await session.write(Buffer.alloc(80 * 1024, 'x'));
    await session.endInput();
    await until(() => got.at(-1)?.[0] === 255);
    expect(got.map((one) => one.length)).toEqual([32769, 32769, 16385, 2]);
    socket.send(frame(1, 'still here'));
    socket.send(frame(3, success));
    socket.close();
    expect(await readAll(session.stdout)).toEqual({ text: 'still here' });
  });

  it('refuses to end input with v4, where that would lose output and status', async () => {
    const { session, socket } = await openSession({ protocol: 'v4.channel.k8s.io' });
    expect(session.canEndInput).toBe(false);
    await expect(session.endInput()).rejects.toMatchObject({ code: 'MILLRACE_E_EXEC_INPUT' });
    socket.send(frame(3, success));
    expect(await session.status).toEqual({ exitCode: 0, message: '' });
  });

  it('leaves a server that does not close after the status', async () => {
    const { session, socket, clock } = await openSession();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(frame(3, success));
    await session.status;
    await clock.advance(5000);
    await closed;
    expect(await readAll(session.stdout)).toEqual({ text: '' });
  });
});

describe('a session that ends without a status frame', () => {
  it.each([
    [
      'a clean close',
      (socket: WebSocket) => socket.close(1000, 'bye'),
      'closed with code 1000: bye',
    ],
    ['a close code', (socket: WebSocket) => socket.close(1001), 'closed with code 1001'],
    ['a reset', (socket: WebSocket) => socket.terminate(), 'closed with code 1006'],
    [
      'half a status',
      (socket: WebSocket) => {
        socket.send(frame(3, '{"stat'));
        socket.close();
      },
      'closed with code 1005',
    ],
  ])('is lost after %s, and every reader hears of it', async (_what, end, how) => {
    const { session, socket } = await openSession();
    socket.send(frame(1, 'part'));
    end(socket);
    const lost = { code: 'MILLRACE_E_EXEC_LOST', reason: 'exec_lost', kind: 'system' };
    await expect(session.status).rejects.toMatchObject({ ...lost, details: { how } });
    expect(await readAll(session.stdout)).toMatchObject({ text: 'part', error: lost });
    expect(await readAll(session.stderr)).toMatchObject({ text: '', error: lost });
    await expect(session.write(Buffer.from('x'))).rejects.toMatchObject(lost);
  });

  it('is lost when the signal aborts, and the socket is closed', async () => {
    const controller = new AbortController();
    const { session, socket } = await openSession({ signal: controller.signal });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    controller.abort();
    await closed;
    await expect(session.status).rejects.toMatchObject({ details: { how: 'canceled' } });
  });

  it('is lost when the connection to the API server is closed', async () => {
    const { session, socket, api } = await openSession();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await api.close();
    await closed;
    await expect(session.status).rejects.toMatchObject({ code: 'MILLRACE_E_EXEC_LOST' });
    await expect(api.exec(request, unlimited())).rejects.toMatchObject({
      code: 'MILLRACE_E_KUBE_CLOSED',
    });
  });

  it('is lost when we close it', async () => {
    const { session, socket } = await openSession();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    session.close();
    await closed;
    await expect(session.status).rejects.toMatchObject({ details: { how: 'closed by us' } });
  });
});

describe('a silent session', () => {
  it('is kept up by pings', async () => {
    const { session, socket, clock } = await openSession();
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    for (let round = 1; round <= 3; round += 1) {
      await clock.advance(30_000);
      await until(() => pings === round);
      // The pong has arrived when the answer to what follows it has.
      socket.send(frame(1, `${round}`));
      const { value } = await iteratorOf(session).next();
      expect(Buffer.from(value as Uint8Array).toString()).toBe(`${round}`);
    }
  });

  it('takes anything it hears for an answer', async () => {
    const { session, socket, clock } = await openSession({ autoPong: false });
    const pinged = new Promise((resolve) => socket.once('ping', resolve));
    await clock.advance(30_000);
    await pinged;
    socket.send(frame(1, 'busy'));
    await iteratorOf(session).next();
    await clock.advance(20_000);
    socket.send(frame(3, success));
    expect(await session.status).toMatchObject({ exitCode: 0 });
  });

  it('is lost when nobody answers a ping', async () => {
    const { session, socket, clock } = await openSession();
    socket.pause();
    await clock.advance(30_000);
    await clock.advance(15_000);
    await expect(session.status).rejects.toMatchObject({
      details: { how: 'no answer to a ping within 15000 ms' },
    });
  });
});

const iterators = new WeakMap<ExecSession, AsyncIterator<Uint8Array>>();
function iteratorOf(session: ExecSession): AsyncIterator<Uint8Array> {
  const iterator = iterators.get(session) ?? session.stdout[Symbol.asyncIterator]();
  iterators.set(session, iterator);
  return iterator;
}

describe('a flood of output', () => {
  const chunk = frame(1, Buffer.alloc(64 * 1024, 'x'));
  const total = 64 * 2 ** 20;

  it('stops at the socket while nobody reads, and arrives whole when somebody does', async () => {
    const { session, socket } = await openSession();
    for (let sent = 0; sent < total; sent += chunk.length - 1) socket.send(chunk);
    let before = -1;
    while (socket.bufferedAmount !== before) {
      before = socket.bufferedAmount;
      for (let turn = 0; turn < 200; turn += 1) await setImmediate();
    }
    // What is neither at the server nor read is in the kernel or with us: a few MiB, not 64.
    expect(socket.bufferedAmount).toBeGreaterThan(total / 2);
    socket.send(frame(3, success));
    socket.close();
    let read = 0;
    for await (const data of session.stdout) read += data.length;
    expect(read).toBe(total);
    expect(await session.status).toMatchObject({ exitCode: 0 });
  });

  it('is thrown away when its reader has left', async () => {
    const { session, socket } = await openSession();
    socket.send(frame(1, 'first'));
    for await (const _data of session.stdout) break;
    for (let sent = 0; sent < total / 8; sent += chunk.length - 1) socket.send(chunk);
    socket.send(frame(3, success));
    expect(await session.status).toEqual({ exitCode: 0, message: '' });
  });
});

it('refuses input for a session opened without', async () => {
  const server = await execServer();
  const { api } = testConnection(server.url);
  const session = await api.exec({ ...request, stdin: false }, unlimited());
  await expect(session.write(Buffer.from('x'))).rejects.toMatchObject({
    code: 'MILLRACE_E_EXEC_INPUT',
  });
  session.close();
  expect(await text(session.stderr).catch(() => 'lost')).toBe('lost');
});
