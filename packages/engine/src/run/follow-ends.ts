import { deferred, type Deferred } from '@millrace/async';
import type { Clock, RecordedEnd } from '@millrace/core';
import type { JobLedger } from './job-ledger.ts';
import { recordedEnd } from './recorded-end.ts';

/** A way in which a job is ended from outside. */
export interface JobEnding {
  readonly how: RecordedEnd['how'];
  /** Aborts when somebody wants it. */
  readonly wanted: AbortSignal;
  /** Does it. */
  readonly end: (reason: unknown) => void;
}

/** Milliseconds for which a store may keep a job from its end. */
const longestWrite = 5_000;

/**
 * Ends the job as it is wanted from outside, once that is on record: a script that was told to end has an exit code, and
 * a process that finds only that would take it for the script's own. What is wanted already is done when this resolves.
 * A record that cannot be written, or not soon, does not keep the job from its end.
 * @returns the way to stop following
 */
export async function followEnds(
  ledger: Pick<JobLedger, 'note' | 'record'>,
  clock: Clock,
  endings: readonly JobEnding[],
): Promise<() => void> {
  const carryOut = async ({ how, wanted, end }: JobEnding): Promise<void> => {
    const { ended, result } = ledger.record;
    // What is stopped is not canceled any more, which would be less.
    const isKnown = ended?.how === how || ended?.how === 'stop' || result !== undefined;
    if (!isKnown)
      await inTime(
        clock,
        ledger.note((record) => ({ ...record, ended: recordedEnd(how, wanted.reason) })),
      );
    end(wanted.reason);
  };
  const following: (() => void)[] = [];
  for (const ending of endings) {
    const { wanted } = ending;
    if (wanted.aborted) {
      await carryOut(ending);
      continue;
    }
    const follow = (): void => void carryOut(ending);
    wanted.addEventListener('abort', follow, { once: true });
    following.push(() => wanted.removeEventListener('abort', follow));
  }
  return () => {
    for (const forget of following) forget();
  };
}

async function inTime(clock: Clock, work: Promise<void>): Promise<void> {
  const late: Deferred<void> = deferred();
  const cancelTimer = clock.after(longestWrite, late.resolve);
  await Promise.race([work, late.promise]);
  cancelTimer();
}
