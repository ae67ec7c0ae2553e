import { describe, expect, it } from 'vitest';
import { reply } from '../testing/reply.test.helper.ts';
import { judgeConfirmation, judgeJobUpdate } from './judge-job-update.ts';

it.each([
  [200, 'succeeded'],
  [202, 'accepted'],
  [403, 'abort'],
  [404, 'not_found'],
  [412, 'trace_invalid'],
  [-1, 'failed'],
  [400, 'failed'],
  [409, 'failed'],
  [500, 'failed'],
] as const)('%i is %s', (status, kind) => {
  expect(judgeJobUpdate(reply(status))).toMatchObject({ kind, cancelRequested: false });
});

it.each(['canceled', 'failed'])('Job-Status %s counts before the status', (status) => {
  expect(judgeJobUpdate(reply(200, { 'job-status': status }))).toMatchObject({ kind: 'abort' });
});

describe('after the update that takes a job', () => {
  it.each([
    [200, {}, 'run'],
    [202, {}, 'run'],
    [500, {}, 'run'],
    [-1, {}, 'run'],
    [403, {}, 'drop'],
    [404, {}, 'drop'],
    [200, { 'job-status': 'canceled' }, 'drop'],
    [200, { 'job-status': 'canceling' }, 'cancel'],
    [500, { 'job-status': 'canceling' }, 'cancel'],
  ] as const)('%i with %j: %s', (status, headers, decision) => {
    expect(judgeConfirmation(judgeJobUpdate(reply(status, headers)))).toBe(decision);
  });
});
