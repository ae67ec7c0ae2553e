import { expect, it } from 'vitest';
import { reply } from '../testing/reply.test.helper.ts';
import { judgeJobRequest } from './judge-job-request.ts';

it.each([
  [204, 'none', true],
  [403, 'forbidden', false],
  [409, 'conflict', true],
  [429, 'rate_limited', true],
  [503, 'unavailable', true],
  [-1, 'failed', true],
  [200, 'failed', true],
  [401, 'failed', true],
  [404, 'failed', true],
  [422, 'failed', true],
  [500, 'failed', true],
] as const)('%i is %s, and healthy: %s', (status, kind, healthy) => {
  expect(judgeJobRequest(reply(status))).toMatchObject({ kind, healthy });
});

it('takes a 201 with id and token for a job, whatever else is in it', () => {
  const body = { id: 5, token: 'secret', surprise: [null] };
  expect(judgeJobRequest(reply(201, {}, body))).toMatchObject({
    kind: 'job',
    healthy: true,
    job: { id: 5, token: 'secret', payload: body },
  });
});

it.each([
  ['no body', undefined],
  ['a list', []],
  ['null', null],
  ['no id', { token: 'secret' }],
  ['an id in quotes', { id: '5', token: 'secret' }],
  ['no token', { id: 5 }],
])('cannot take a 201 with %s for a job', (_what, body) => {
  expect(judgeJobRequest(reply(201, {}, body))).toMatchObject({ kind: 'failed', healthy: true });
});
