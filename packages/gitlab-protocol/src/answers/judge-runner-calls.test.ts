import { describe, expect, it } from 'vitest';
import { reply } from '../testing/reply.test.helper.ts';
import {
  judgeRegister,
  judgeResetToken,
  judgeUnregister,
  judgeVerify,
} from './judge-runner-calls.ts';

const body = { id: 3, token: 'new', token_expires_at: '2030-01-01T00:00:00Z' };

describe('a registration', () => {
  it.each([
    [201, body, 'registered'],
    [201, { id: 3 }, 'failed'],
    [403, undefined, 'forbidden'],
    [500, undefined, 'failed'],
    [-1, undefined, 'failed'],
  ] as const)('answered %i with %j: %s', (status, answer, kind) => {
    expect(judgeRegister(reply(status, {}, answer)).kind).toBe(kind);
  });
});

describe('a verification', () => {
  it.each([
    [200, body, 'valid'],
    [200, undefined, 'valid'],
    [403, undefined, 'invalid'],
    [500, undefined, 'unclear'],
    [404, undefined, 'unclear'],
    [-1, undefined, 'unclear'],
  ] as const)('answered %i with %j: %s', (status, answer, kind) => {
    expect(judgeVerify(reply(status, {}, answer)).kind).toBe(kind);
  });

  it('tells when the token ends, and that it never does', () => {
    expect(judgeVerify(reply(200, {}, body))).toMatchObject({
      tokenExpiresAt: '2030-01-01T00:00:00Z',
    });
    const endless = { ...body, token_expires_at: null };
    expect(judgeVerify(reply(200, {}, endless))).toMatchObject({ tokenExpiresAt: undefined });
  });
});

it.each([
  [204, 'unregistered'],
  [403, 'forbidden'],
  [200, 'failed'],
  [-1, 'failed'],
] as const)('an unregistration answered %i: %s', (status, kind) => {
  expect(judgeUnregister(reply(status)).kind).toBe(kind);
});

it.each([
  [201, body, 'reset'],
  [201, {}, 'failed'],
  [403, undefined, 'forbidden'],
  [-1, undefined, 'failed'],
] as const)('a reset answered %i with %j: %s', (status, answer, kind) => {
  expect(judgeResetToken(reply(status, {}, answer), 5)).toMatchObject({ kind });
});
