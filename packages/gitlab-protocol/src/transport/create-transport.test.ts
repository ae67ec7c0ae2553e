import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../testing/local-servers.test.helper.ts';
import { createTestTransport } from '../testing/transport.test.helper.ts';

/** Answers with what came. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  void text(request).then((body) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    response.end(
      JSON.stringify({ method: request.method, url: request.url, body, length, encoding }),
    );
  });
}

describe('an exchange', () => {
  it('carries method, path, query and body, and brings status, headers and body back', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(418, { 'X-Some': 'thing', 'content-type': 'text/plain' }).end('short');
    });
    const { send } = createTestTransport();
    expect(await send(server.url)).toMatchObject({
      status: 418,
      statusText: "I'm a Teapot",
      headers: { 'x-some': 'thing', 'content-type': 'text/plain' },
      body: 'short',
    });
  });

  it.each([
    ['bytes', Buffer.from('hello')],
    [
      'a stream',
      {
        length: 5,
        open: async function* () {
          yield Buffer.from('hel');
          yield Buffer.from('lo');
        },
      },
    ],
  ])('sends %s with their length', async (_what, body) => {
    const server = await startServer(echo);
    const { send } = createTestTransport();
    const answer = await send(`${server.url}/a/b?c=d`, { method: 'PUT', body });
    expect(JSON.parse(answer.body)).toEqual({
      method: 'PUT',
      url: '/a/b?c=d',
      body: 'hello',
      length: '5',
    });
  });

  it('keeps using its connections, also after a DELETE with a body', async () => {
    const server = await startServer(echo);
    const { send } = createTestTransport();
    for (let round = 0; round < 10; round += 1)
      for (const method of ['POST', 'DELETE', 'PATCH', 'PUT'] as const)
        await send(server.url, { method, body: Buffer.from('{}') });
    // undici uses one again a turn of the event loop after its answer, so a call that follows at once takes a second.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('opens another connection beside one that is busy', async () => {
    const held: ServerResponse[] = [];
    const server = await startServer((request, response) => {
      if (request.url === '/poll') held.push(response);
      else response.end('quick');
    });
    const { send } = createTestTransport();
    const poll = send(`${server.url}/poll`);
    while (held.length === 0) await setImmediate();
    expect((await send(`${server.url}/other`)).body).toBe('quick');
    held[0]?.end('slow');
    expect((await poll).body).toBe('slow');
  });

  it('opens new connections when the old ones are old, and lets busy ones end', async () => {
    const held: ServerResponse[] = [];
    const server = await startServer((request, response) => {
      if (request.url === '/poll') held.push(response);
      else response.end();
    });
    const { send, clock } = createTestTransport({ limits: { connectionAge: 1_000 } });
    const poll = send(`${server.url}/poll`);
    while (held.length === 0) await setImmediate();
    await send(server.url);
    const before = server.connections();
    await clock.advance(1_001);
    await send(server.url);
    expect(server.connections()).toBe(before + 1);
    held[0]?.end('slow');
    expect((await poll).body).toBe('slow');
  });
});

describe('a redirect', () => {
  it('is followed with method and body, ten times', async () => {
    const server = await startServer((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 10) echo(request, response);
      else response.writeHead(307, { location: `/${hop + 1}` }).end();
    });
    const { send } = createTestTransport();
    const answer = await send(`${server.url}/0`, { body: Buffer.from('again') });
    expect(JSON.parse(answer.body)).toMatchObject({ method: 'POST', url: '/10', body: 'again' });
  });

  it('is the answer after that', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(308, { location: '/' }).end();
    });
    const { send } = createTestTransport();
    expect((await send(server.url)).status).toBe(308);
  });

  it('to another server is followed', async () => {
    const other = await startServer(echo);
    const server = await startServer((_request, response) => {
      response.writeHead(307, { location: `${other.url}/there` }).end();
    });
    const { send } = createTestTransport();
    expect(JSON.parse((await send(server.url)).body)).toMatchObject({ url: '/there' });
  });
});

describe('a failure', () => {
  it.each([
    ['refuses', 'ECONNREFUSED', false],
    ['resets', 'ECONNRESET', true],
  ])('of a server that %s is typed: %s, processed %s', async (what, networkCode, processed) => {
    const server = await startServer((request) => void request.socket.resetAndDestroy());
    const closed = createServer();
    await new Promise<void>((resolve) => {
      closed.listen(0, '127.0.0.1', resolve);
    });
    const address = closed.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await new Promise((resolve) => {
      closed.close(resolve);
    });
    const { send } = createTestTransport();
    const url = what === 'resets' ? server.url : `http://127.0.0.1:${port}`;
    await expect(send(`${url}/path?token=hush`)).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      message: expect.stringMatching(
        /^POST \/path: cannot reach http:\/\/127\.0\.0\.1:\d+: /,
      ) as string,
      details: { networkCode, processed },
    });
  });

  it('of something that does not speak HTTP is typed', async () => {
    const odd = createServer((socket) => socket.end('SSH-2.0-odd\r\n'));
    await new Promise<void>((resolve) => {
      odd.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void odd.close());
    const address = odd.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { send } = createTestTransport();
    await expect(send(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      message: expect.stringContaining('the answer is not HTTP') as string,
    });
  });

  it('of a name that is not known is typed', async () => {
    const { send } = createTestTransport();
    await expect(send('http://gitlab.invalid')).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      details: { networkCode: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string },
    });
  });

  it('never holds a header', async () => {
    const server = await startServer((request) => void request.socket.resetAndDestroy());
    const { send } = createTestTransport();
    const error: unknown = await send(server.url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).cause).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain('hush');
  });

  it('is an answer that is too long', async () => {
    const server = await startServer((_request, response) => void response.end('x'.repeat(101)));
    const { send } = createTestTransport({ limits: { answerBytes: 100 } });
    await expect(send(server.url)).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_BAD_ANSWER',
      message: 'POST /: the answer is larger than 100 bytes',
    });
  });
});

describe('a limit of time', () => {
  it('is kept for the head of an answer', async () => {
    const arrived: string[] = [];
    const server = await startServer((request) => void arrived.push(request.url ?? ''));
    const { send, clock } = createTestTransport();
    const waiting = send(server.url);
    waiting.catch(() => undefined);
    while (arrived.length === 0) await setImmediate();
    await clock.advance(600_000);
    await expect(waiting).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_TIMEOUT',
      message: 'POST /: no answer within 600 s',
      details: { processed: true },
    });
  });

  it('is kept for the rest of it', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200);
      response.write('some');
    });
    const { send, clock } = createTestTransport({ limits: { request: 5_000 } });
    const waiting = send(server.url);
    waiting.catch(() => undefined);
    while (clock.pending() === 0 || server.connections() === 0) await setImmediate();
    await clock.advance(5_000);
    await expect(waiting).rejects.toMatchObject({ code: 'MILLRACE_E_GITLAB_TIMEOUT' });
  });

  it('leaves no timer behind', async () => {
    const server = await startServer((_request, response) => void response.end());
    const { send, clock } = createTestTransport();
    await send(server.url);
    expect(clock.pending()).toBe(0);
  });
});

describe('an abort', () => {
  it('ends an exchange with its reason', async () => {
    let gone: Promise<unknown> | undefined;
    const server = await startServer((request) => {
      gone = new Promise((resolve) => request.socket.once('close', resolve));
    });
    const { send } = createTestTransport();
    const stopping = new AbortController();
    const waiting = send(server.url, { signal: stopping.signal });
    while (gone === undefined) await setImmediate();
    const reason = new Error('enough');
    stopping.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await gone;
  });

  it('before it began sends nothing', async () => {
    const server = await startServer((_request, response) => void response.end());
    const { send } = createTestTransport();
    const reason = new Error('never');
    await expect(send(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.connections()).toBe(0);
  });

  it('ends reading an answer', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200);
      response.write('some');
    });
    const { send } = createTestTransport();
    const stopping = new AbortController();
    const waiting = send(server.url, { signal: stopping.signal });
    waiting.catch(() => undefined);
    while (server.connections() === 0) await setImmediate();
    const reason = new Error('enough');
    stopping.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

it('fails what runs and what comes when it is closed', async () => {
  const arrived: string[] = [];
  const server = await startServer((request) => void arrived.push(request.url ?? ''));
  const { send, transport } = createTestTransport();
  const running = send(server.url);
  running.catch(() => undefined);
  while (arrived.length === 0) await setImmediate();
  await transport.close();
  await expect(running).rejects.toMatchObject({ code: 'MILLRACE_E_GITLAB_CLOSED' });
  await expect(send(server.url)).rejects.toMatchObject({ code: 'MILLRACE_E_GITLAB_CLOSED' });
});
