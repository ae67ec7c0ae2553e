import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import {
  info,
  requestId,
  startRawRunner,
  systemId,
  type RawAnswer,
  type RawRunner,
} from './raw-runner.test.helper.ts';

const call = (
  runner: RawRunner,
  method: string,
  path: string,
  body: JsonObject | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> =>
  runner.send({
    method,
    path,
    headers: {
      'x-request-id': requestId,
      'user-agent': 'gitlab-runner',
      'content-type': 'application/json',
      ...(method === 'POST' ? { accept: 'application/json' } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  });

const features = info['features'] as JsonObject;
const early = ['trace_reset', 'trace_checksum', 'trace_size', 'cancelable', 'cancel_gracefully'];
const registering: JsonObject = {
  name: 'gitlab-runner',
  version: '19.3.0',
  revision: '1a2b3c4d',
  platform: 'linux',
  architecture: 'amd64',
  config: { gpus: '' },
  features: Object.fromEntries(Object.keys(features).map((name) => [name, early.includes(name)])),
};

describe('a registration', () => {
  const body = { run_untagged: true, locked: false, paused: false };

  it('gives a token that can be used', async () => {
    const runner = await startRawRunner();
    const token = runner.server.registrationToken;
    const all = { ...body, token, info: registering };
    const answer = await call(runner, 'POST', 'runners', all, { 'runner-token': token });
    expect(answer).toMatchObject({ status: 201, json: { id: 2, token_expires_at: null } });
    expect(runner.server.violations()).toEqual([]);
  });

  it('that claims features of an executor, or lacks a member, is caught', async () => {
    const runner = await startRawRunner();
    const token = runner.server.registrationToken;
    const all = { token, info: { ...registering, features }, run_untagged: true, paused: false };
    await call(runner, 'POST', 'runners', all, { 'runner-token': token });
    const sentences = runner.server.violations().join('\n');
    expect(sentences).toContain('field locked is missing');
    expect(sentences).toContain('features of an executor are claimed: variables');
  });
});

it('verifies a runner, with JSON and without', async () => {
  const runner = await startRawRunner();
  const token = runner.server.runnerToken;
  const body = { info, token, system_id: systemId };
  const answer = await call(runner, 'POST', 'runners/verify', body, { 'runner-token': token });
  expect(answer).toMatchObject({ status: 200, json: { id: 1, token } });
  expect(runner.server.violations()).toEqual([]);
});

it('takes a manager from a created runner only by its own path', async () => {
  const runner = await startRawRunner();
  const token = runner.server.runnerToken;
  const headers = { 'runner-token': token };
  const body = { token, system_id: systemId };
  expect((await call(runner, 'DELETE', 'runners/managers', body, headers)).status).toBe(204);
  expect(runner.server.violations()).toEqual([]);
  await call(runner, 'DELETE', 'runners', { token }, headers);
  expect(runner.server.violations()).toEqual(['unregister: not the path for this kind of token']);
});

describe('a reset of a token', () => {
  it('ends the old one', async () => {
    const runner = await startRawRunner();
    const path = 'runners/reset_authentication_token';
    const { runnerToken: token } = runner.server;
    const answer = await call(runner, 'POST', path, { token });
    expect(answer.status).toBe(201);
    expect(runner.server.violations()).toEqual([]);
    expect((await call(runner, 'POST', path, { token })).status).toBe(403);
    expect(runner.server.violations()).toEqual(['reset token: wrong token']);
  });

  it('by id needs a personal access token and null', async () => {
    const runner = await startRawRunner();
    const path = 'runners/1/reset_authentication_token';
    const headers = { 'private-token': runner.server.personalAccessToken };
    expect((await call(runner, 'POST', path, null, headers)).status).toBe(201);
    expect(runner.server.violations()).toEqual([]);
    await call(runner, 'POST', path, {}, headers);
    expect(runner.server.violations()).toEqual(['reset token: the body is not null']);
  });
});
