import { describe, expect, it } from 'vitest';
import { reply } from '../testing/reply.test.helper.ts';
import { judgeTracePatch } from './judge-trace-patch.ts';

const sent = { start: 100, end: 150 };

it.each([
  [202, 'accepted', 150],
  [403, 'abort', 100],
  [404, 'not_found', 100],
  [200, 'failed', 100],
  [409, 'failed', 100],
  [500, 'failed', 100],
  [-1, 'failed', 100],
] as const)('%i is %s, and the next piece begins at %i', (status, kind, offset) => {
  expect(judgeTracePatch(reply(status), sent)).toMatchObject({ kind, offset });
});

describe('the range of a 416', () => {
  it.each([
    ['0-120', 120],
    ['0-0', 0],
    ['0-5000', 5_000],
    ['bytes', 0],
    ['0-1-2', 0],
    ['0-x', 0],
    ['', 0],
  ])('%j: the server has %i bytes', (range, offset) => {
    expect(judgeTracePatch(reply(416, { range }), sent)).toMatchObject({
      kind: 'range_mismatch',
      offset,
    });
  });

  it('that is not there: the server has nothing', () => {
    expect(judgeTracePatch(reply(416), sent)).toMatchObject({ kind: 'range_mismatch', offset: 0 });
  });
});

describe('Job-Status', () => {
  it.each(['canceled', 'failed'])('%s counts before the status', (status) => {
    expect(judgeTracePatch(reply(202, { 'job-status': status }), sent)).toMatchObject({
      kind: 'abort',
      offset: 100,
    });
  });

  it('canceling comes beside what the status says', () => {
    expect(judgeTracePatch(reply(202, { 'job-status': 'canceling' }), sent)).toMatchObject({
      kind: 'accepted',
      cancelRequested: true,
    });
  });
});
