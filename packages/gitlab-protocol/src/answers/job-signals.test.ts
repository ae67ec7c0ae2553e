import { describe, expect, it } from 'vitest';
import { jobSignals } from './job-signals.ts';

describe('Job-Status', () => {
  it.each([
    [undefined, false, false],
    ['running', false, false],
    ['success', false, false],
    ['canceling', true, false],
    ['canceled', false, true],
    ['failed', false, true],
    ['cancelled', false, true],
  ])('%s: asks to cancel %s, job over %s', (status, cancelRequested, over) => {
    const headers = status === undefined ? {} : { 'job-status': status };
    expect(jobSignals({ headers })).toMatchObject({ jobStatus: status, cancelRequested, over });
  });
});

describe('X-GitLab-Trace-Update-Interval', () => {
  it.each([
    ['3', 3_000, undefined],
    ['60', 60_000, undefined],
    ['0', undefined, undefined],
    ['-5', undefined, undefined],
    ['900', 900_000, undefined],
    ['99999', 900_000, undefined],
    ['soon', undefined, 'soon'],
    ['1.5', undefined, '1.5'],
    ['', undefined, ''],
  ])('%j means %s ms', (written, interval, badInterval) => {
    const headers = { 'x-gitlab-trace-update-interval': written };
    expect(jobSignals({ headers })).toMatchObject({ interval, badInterval });
  });

  it('says nothing when it is not there', () => {
    expect(jobSignals({ headers: {} })).toMatchObject({
      interval: undefined,
      badInterval: undefined,
    });
  });
});
