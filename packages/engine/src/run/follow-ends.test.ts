import { createFakeClock, deferred, type Deferred } from '@millrace/async';
import { RunnerError, type JobRecord } from '@millrace/core';
import { beforeEach, expect, it } from 'vitest';
import { followEnds, type JobEnding } from './follow-ends.ts';
import type { JobLedger } from './job-ledger.ts';

const asked = new RunnerError('aborted: terminated', {
  code: 'MILLRACE_E_INTERRUPTED',
  kind: 'system',
  reason: 'runner_interrupted',
});
let clock: ReturnType<typeof createFakeClock>;
let done: string[];

beforeEach(() => {
  clock = createFakeClock();
  done = [];
});

/** A record whose writes take until `written` resolves; what happens is in `done`. */
function ledgerOf(
  record: Partial<JobRecord>,
  written: Promise<void> = Promise.resolve(),
): Pick<JobLedger, 'note' | 'record'> {
  let now = record as JobRecord;
  return {
    get record() {
      return now;
    },
    note: async (change) => {
      now = change(now);
      done.push(`write ${now.ended?.how ?? 'nothing'}`);
      await written;
      done.push('written');
    },
  };
}

const ending = (how: JobEnding['how'], wanted: AbortSignal): JobEnding => ({
  how,
  wanted,
  end: (reason) => void done.push(`${how}: ${String(reason)}`),
});
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it('ends a job only when that is on record', async () => {
  const written: Deferred<void> = deferred();
  const wanted = new AbortController();
  const ledger = ledgerOf({}, written.promise);
  await followEnds(ledger, clock, [ending('stop', wanted.signal)]);
  wanted.abort(asked);
  await turn();
  expect(done).toEqual(['write stop']);
  expect(ledger.record.ended).toMatchObject({ how: 'stop', reason: 'runner_interrupted' });
  written.resolve();
  await turn();
  expect(done).toEqual(['write stop', 'written', `stop: ${String(asked)}`]);
});

it('has ended a job that was to end before it was begun', async () => {
  await followEnds(ledgerOf({}), clock, [ending('cancel', AbortSignal.abort(asked))]);
  expect(done).toEqual(['write cancel', 'written', `cancel: ${String(asked)}`]);
});

it('does not wait for a store that does not answer for more than five seconds', async () => {
  const wanted = new AbortController();
  await followEnds(ledgerOf({}, new Promise(() => undefined)), clock, [
    ending('stop', wanted.signal),
  ]);
  wanted.abort(asked);
  await clock.advance(4_999);
  expect(done).toEqual(['write stop']);
  await clock.advance(1);
  expect(done).toEqual(['write stop', `stop: ${String(asked)}`]);
});

it('does not weaken a stop on record to a cancel', async () => {
  const ledger = ledgerOf({});
  const stop = new AbortController();
  const cancel = new AbortController();
  await followEnds(ledger, clock, [ending('stop', stop.signal), ending('cancel', cancel.signal)]);
  stop.abort(asked);
  await turn();
  cancel.abort(asked);
  await turn();
  expect(ledger.record.ended?.how).toBe('stop');
  expect(done).toEqual([
    'write stop',
    'written',
    `stop: ${String(asked)}`,
    `cancel: ${String(asked)}`,
  ]);
});

it('follows nothing any more once it was told to forget', async () => {
  const wanted = new AbortController();
  const forget = await followEnds(ledgerOf({}), clock, [ending('stop', wanted.signal)]);
  forget();
  wanted.abort(asked);
  await turn();
  expect(done).toEqual([]);
});
