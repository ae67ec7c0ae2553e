import type { JsonObject } from '@millrace/core';
import { createAsyncQueue } from '@millrace/async';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../store/json.ts';
import { podType } from '../store/resource-types.ts';
import { internalError } from '../store/status.ts';
import { podOf, podsPath, startFixture, startTime, type Fixture } from './fixture.test.helpers.ts';
import type { OpenStream } from './interceptor.ts';

let cluster: Fixture;
const streams: OpenStream[] = [];
beforeEach(async () => {
  streams.length = 0;
  cluster = await startFixture({ interceptor: { opened: (stream) => void streams.push(stream) } });
  await cluster.call('POST', podsPath, podOf('a'));
});
afterEach(() => cluster.close());

function setContainer(state: JsonObject, lastState: JsonObject = {}): void {
  cluster.store.update({ type: podType, namespace: 'default', name: 'a' }, (pod) => ({
    ...pod,
    status: {
      ...record(pod, 'status'),
      containerStatuses: [{ name: 'build', ready: false, restartCount: 0, state, lastState }],
    },
  }));
}
const running = { running: { startedAt: '2026-01-02T03:04:05Z' } };
const read = (query = ''): ReturnType<Fixture['call']> =>
  cluster.call('GET', `${podsPath}/a/log${query}`);

it('sends the bytes the node has, with the options parsed', async () => {
  setContainer(running);
  cluster.node.log = async function* () {
    yield Buffer.from('one\n');
    yield Buffer.from('two\n');
  };
  const { body, headers } = await read(
    '?tailLines=5&limitBytes=100&sinceSeconds=10&timestamps=true',
  );
  expect(body).toEqual({ text: 'one\ntwo\n' });
  expect(headers.get('content-type')).toBe('text/plain');
  expect(cluster.node.logCalls).toMatchObject([
    {
      follow: false,
      previous: false,
      timestamps: true,
      tailLines: 5,
      limitBytes: 100,
      sinceTime: startTime - 10_000,
    },
  ]);
});

it('follows: headers at once, bytes as they come, end with the log', async () => {
  setContainer(running);
  const queue = createAsyncQueue<Uint8Array>({ limit: 10 });
  cluster.node.log = () => queue;
  const response = await fetch(`${cluster.server.url}${podsPath}/a/log?follow=true`, {
    headers: { authorization: 'Bearer admin' },
  });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  void queue.push(Buffer.from('one\n'));
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('one\n');
  queue.end();
  expect((await reader.read()).done).toBe(true);
});

it('stops reading the log when the client leaves', async () => {
  setContainer(running);
  const aborter = new AbortController();
  await fetch(`${cluster.server.url}${podsPath}/a/log?follow=true`, {
    headers: { authorization: 'Bearer admin' },
    signal: aborter.signal,
  });
  aborter.abort();
  await expect.poll(() => cluster.node.logCalls[0]?.signal.aborted, { timeout: 20_000 }).toBe(true);
});

it('does not pretend that a log which broke off is complete', async () => {
  setContainer(running);
  cluster.node.log = async function* () {
    yield Buffer.from('one\n');
    throw new Error('disk');
  };
  await expect(read()).rejects.toThrow();
});

it('gives faults a handle to cut the stream', async () => {
  setContainer(running);
  cluster.node.log = () => createAsyncQueue<Uint8Array>({ limit: 10 });
  const response = await fetch(`${cluster.server.url}${podsPath}/a/log?follow=true`, {
    headers: { authorization: 'Bearer admin' },
  });
  expect(streams).toMatchObject([{ kind: 'log' }]);
  streams[0]?.cut('reset');
  await expect(response.text()).rejects.toThrow();
});

it('has nothing to say about a pod that no node has', async () => {
  await cluster.call('POST', podsPath, podOf('b', { nodeSelector: { none: 'such' } }));
  expect(await cluster.call('GET', `${podsPath}/b/log`)).toMatchObject({
    code: 204,
    body: { text: '' },
  });
});

it('answers with the error of the node when nothing has been sent yet', async () => {
  setContainer(running);
  cluster.node.log = async function* () {
    yield* [];
    throw internalError('no such file');
  };
  expect(await read()).toMatchObject({
    code: 500,
    body: { message: 'Internal error occurred: no such file' },
  });
});

it.each([
  [
    'a container that has not started',
    { waiting: { reason: 'ContainerCreating' } },
    '',
    'container "build" in pod "a" is waiting to start: ContainerCreating',
  ],
  [
    'an image that cannot be pulled',
    { waiting: { reason: 'ImagePullBackOff' } },
    '',
    'container "build" in pod "a" is waiting to start: trying and failing to pull image',
  ],
  [
    'a previous run that never was',
    running,
    '?previous=true',
    'previous terminated container "build" in pod "a" not found',
  ],
  [
    'a container that is not there',
    running,
    '?container=nope',
    'container nope is not valid for pod a',
  ],
])('refuses %s', async (_what, state, query, message) => {
  setContainer(state);
  expect(await read(query)).toMatchObject({ code: 400, body: { reason: 'BadRequest', message } });
});

it('refuses two ways to say since when', async () => {
  setContainer(running);
  const { code, body } = await read('?sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z');
  expect([code, body['reason']]).toEqual([422, 'Invalid']);
});

it.each([
  ['tailLines=-1', 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
  ['stream=Stdout', 'stream: Forbidden: may not be specified'],
  [
    'sinceSeconds=5&sinceTime=2026-01-02T03:04:05Z',
    '[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
])('refuses %s', async (query, message) => {
  expect(await read(`?${query}`)).toMatchObject({
    code: 422,
    body: { message: `PodLogOptions "a" is invalid: ${message}` },
  });
});

it.each([
  [
    'text/plain',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  [
    'image/png',
    '406: Not Acceptable\n\nAvailable representations: text/plain, application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
])('refuses who insists on %s', async (accept, message) => {
  expect(await cluster.call('GET', `${podsPath}/a/log`, undefined, { accept })).toMatchObject({
    code: 406,
    body: { message },
  });
});
