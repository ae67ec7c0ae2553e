import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { failure, startServer } from '../testing/local-server.test.helpers.ts';
import { testConnection, unlimited, until } from '../testing/test-connection.test.helpers.ts';

const request = { namespace: 'ci', pod: 'build-1', container: 'step', follow: true };
const line = (second: number, words: string): string => `2026-11-21T08:00:0${second}Z ${words}\n`;

function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

it('asks for timestamps and passes the bytes on without them, until the container has ended', async () => {
  const server = await startServer((_request, response) => {
    response.write(line(1, 'a'));
    response.end(line(2, 'b'));
  });
  const { api } = testConnection(server.url);
  expect(await text(api.logs({ ...request, tailLines: 5 }, unlimited()))).toBe('a\nb\n');
  expect(server.seen[0]?.path).toBe('/api/v1/namespaces/ci/pods/build-1/log');
  expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
    container: 'step',
    timestamps: 'true',
    follow: 'true',
    tailLines: '5',
  });
});

it('resumes after a reset from the last line on, repeating and skipping nothing', async () => {
  const server = await startServer((_request, response) => {
    if (server.seen.length === 1) {
      response.write(line(1, 'a') + line(2, 'b') + line(3, 'long li').trimEnd(), () =>
        cut(response),
      );
    } else {
      response.end(line(2, 'b') + line(3, 'long line') + line(4, 'd'));
    }
  });
  const { api } = testConnection(server.url);
  expect(await text(api.logs({ ...request, tailLines: 5 }, unlimited()))).toBe(
    'a\nb\nlong line\nd\n',
  );
  expect(server.seen[1]?.query.get('sinceTime')).toBe('2026-11-21T08:00:01Z');
  expect(server.seen[1]?.query.has('tailLines')).toBe(false);
});

it('says that the log is incomplete when it cannot be resumed', async () => {
  const server = await startServer((_request, response) => {
    if (server.seen.length === 1) response.write(line(1, 'a'), () => cut(response));
    else failure(response, 404, 'NotFound', 'pods "build-1" not found');
  });
  const { api } = testConnection(server.url);
  await expect(text(api.logs(request, unlimited()))).rejects.toMatchObject({
    reason: 'api_not_found',
    message:
      'the log is incomplete: get pods/log "build-1": pods "build-1" not found (404 NotFound)',
  });
});

it('gives up after five losses without a byte in between, not before', async () => {
  const server = await startServer((_request, response) => {
    if (server.seen.length === 3) response.write(line(1, 'a'), () => cut(response));
    else cut(response);
  });
  const { api } = testConnection(server.url);
  await expect(text(api.logs(request, unlimited()))).rejects.toMatchObject({
    reason: 'api_unreachable',
  });
  expect(server.seen).toHaveLength(7);
});

it('counts the limit in bytes of the log, without timestamps', async () => {
  const server = await startServer((_request, response) => {
    response.write(line(1, 'abcdef') + line(2, 'ghi'));
  });
  const { api } = testConnection(server.url);
  expect(await text(api.logs({ ...request, limitBytes: 8 }, unlimited()))).toBe('abcdef\ng');
  expect(server.seen[0]?.query.has('limitBytes')).toBe(false);
});

it('closes the connection when its reader leaves', async () => {
  let closed = false;
  const server = await startServer((_request, response) => {
    response.on('close', () => {
      closed = true;
    });
    response.write(line(1, 'a'));
  });
  const { api } = testConnection(server.url);
  for await (const _chunk of api.logs(request, unlimited())) break;
  await until(() => closed);
});

it("ends with the signal's reason", async () => {
  const server = await startServer((_request, response) => {
    response.write(line(1, 'a'));
  });
  const { api } = testConnection(server.url);
  const controller = new AbortController();
  const iterator = api.logs(request, { signal: controller.signal })[Symbol.asyncIterator]();
  await iterator.next();
  controller.abort(new Error('job canceled'));
  await expect(iterator.next()).rejects.toThrow('job canceled');
});

it('does not read faster than its reader', async () => {
  const block = line(1, 'x'.repeat(1000)).repeat(64);
  const server = await startServer((_request, response) => {
    const fill = (): void => {
      let room = true;
      while (room && written < 1000) {
        room = response.write(block);
        written += 1;
      }
      if (written < 1000) response.once('drain', fill);
      else response.end();
    };
    fill();
  });
  let written = 0;
  const { api } = testConnection(server.url);
  const iterator = api.logs(request, unlimited())[Symbol.asyncIterator]();
  const first = await iterator.next();
  let read = first.done === true ? 0 : first.value.length;
  let before = -1;
  while (written !== before) {
    before = written;
    for (let turn = 0; turn < 500; turn += 1) await new Promise(setImmediate);
  }
  expect(written).toBeLessThan(500);
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    read += step.value.length;
  }
  expect(read).toBe(1001 * 64 * 1000);
});
