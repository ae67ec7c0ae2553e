import { describe, expect, it } from 'vitest';
import { asksForAnotherTry, retryPause } from './retry-pause.ts';

it.each([408, 429, 500, 502, 503, 504, 512, 599])('%i asks for another try', (status) => {
  expect(asksForAnotherTry(status)).toBe(true);
});

it.each([-1, 200, 201, 204, 301, 400, 401, 403, 404, 409, 412, 416, 422, 501, 505, 511])(
  '%i does not ask for another try',
  (status) => {
    expect(asksForAnotherTry(status)).toBe(false);
  },
);

describe('the pause before another try', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');

  it.each([
    ['first', 1, 0.5, 100],
    ['second', 2, 0.5, 150],
    ['third', 3, 0.5, 250],
    ['third, at the lower end of the jitter', 3, 0, 100],
    ['fourth, at the upper end', 4, 1, 800],
    ['hundredth, at the upper end', 100, 1, 60_000],
  ])('after the %s try', (_which, tries, random, pause) => {
    expect(retryPause({}, tries, now, random)).toBe(pause);
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['nothing in Retry-After', { 'retry-after': '0' }, 100],
    ['a date in Retry-After', { 'retry-after': 'Tue, 01 Jan 2030 00:00:09 GMT' }, 100],
    ['a reset time', { 'ratelimit-resettime': 'Tue, 01 Jan 2030 00:00:30 GMT' }, 30_000],
    ['a reset time in the past', { 'ratelimit-resettime': 'Mon, 31 Dec 2029 23:59:59 GMT' }, 100],
    ['a reset time that is none', { 'ratelimit-resettime': 'soon', 'retry-after': '2' }, 2_000],
    [
      'both, of which the reset time counts',
      { 'ratelimit-resettime': 'Tue, 01 Jan 2030 00:00:30 GMT', 'retry-after': '2' },
      30_000,
    ],
    ['more than a timer can wait', { 'retry-after': '99999999999' }, 3_600_000],
    [
      'a reset time next year',
      { 'ratelimit-resettime': 'Wed, 01 Jan 2031 00:00:00 GMT' },
      3_600_000,
    ],
  ])('with %s', (_what, headers, pause) => {
    expect(retryPause(headers as Readonly<Record<string, string>>, 1, now, 0.5)).toBe(pause);
  });
});
