import { linkSignals } from '@millrace/async';
import { RunnerError, type JobResult, type Logger } from '@millrace/core';
import type { Leftover, RunResult } from '@millrace/engine';
import { createTraceUploader, type ServerRequest } from '@millrace/gitlab-protocol';
import { finalResult } from './final-result.ts';
import type { JobLogFile } from './job-log-file.ts';
import type { JobMemory } from './job-memory.ts';
import { markTold, removeOffer } from './job-offer-file.ts';
import { jobFolder, recordName, type JobPlace } from './job-place.ts';

/** A job in hand and what is done with it. */
export interface Course {
  readonly memory: JobMemory;
  readonly log: JobLogFile;
  readonly run: (signals: {
    readonly cancel: AbortSignal;
    readonly abort: AbortSignal;
  }) => Promise<RunResult>;
}

/**
 * Runs a job while its log goes to the server, then tells its result until the server has it, and removes what is kept
 * of it. Ends early, with the reason of {@link JobPlace.leave}, when the process leaves its jobs.
 * @param canceled - whether the server has asked for its end already
 */
export async function reportJob(
  place: JobPlace,
  course: Course,
  { canceled }: { readonly canceled: boolean } = { canceled: false },
): Promise<void> {
  const { runner, clock, logger, leave } = place;
  const { memory, log } = course;
  const cancel = new AbortController();
  const abort = linkSignals(place.interrupt);
  if (canceled) cancel.abort(canceledOnServer);
  const { finalUpdateRetries } = runner.poll;
  const uploader = createTraceUploader({
    client: runner.client,
    job: memory,
    source: log.source,
    strategy: 'ranged',
    clock,
    logger,
    state: log.upload,
    onState: log.saveUpload,
    onServerRequest: (request: ServerRequest) => {
      cancel.abort(canceledOnServer);
      if (request === 'abort') abort.abort(canceledOnServer);
    },
    debug: memory.log.debug,
    uploads: place.uploads,
    finalRetry: finalUpdateRetries === undefined ? {} : { attempts: finalUpdateRetries },
    dynamicSilence: memory.log.dynamicSilence,
  });
  // It ends with `finish` below, or when the server gives the job up; after that the result is told all the same.
  const following = uploader.follow({ signal: leave }).catch(() => undefined);
  const left = rejection(leave);
  try {
    const result = await Promise.race([
      course.run({ cancel: cancel.signal, abort: abort.signal }),
      left.promise,
    ]);
    const final = finalResult(result, memory.log.failureReasons);
    const outcome = await uploader.finish(final, { signal: leave });
    tellEnd(logger, memory, result);
    await log.close();
    if (outcome.kind === 'unacknowledged')
      logger.error('GitLab did not take the result; the job’s record stays for the next start', {
        job: memory.id,
        error: outcome.last,
      });
    else if (result.leftovers === undefined) await forgetJob(place, memory.id);
    else await keepLeftovers(place, memory.id, result.leftovers);
  } finally {
    left.dispose();
    await following;
    abort.dispose();
  }
}

/** Removes everything that is kept of a job whose result is told. The first step decides: from then on it is never begun nor told again. */
export async function forgetJob(place: JobPlace, id: number): Promise<void> {
  const folder = jobFolder(place, id);
  // There is none where an earlier process has come this far.
  await markTold(folder).catch(() => undefined);
  await place.store.remove(recordName(id), { signal: place.leave });
  await removeOffer(folder);
}

/** The result is told, but the record is the only one to name what is still on the cluster: the next start tries again. */
export async function keepLeftovers(
  place: JobPlace,
  id: number,
  leftovers: readonly Leftover[],
): Promise<void> {
  await markTold(jobFolder(place, id)).catch(() => undefined);
  place.logger.error('Objects of a job could not be deleted; the next start tries again', {
    job: id,
    objects: leftovers.map(({ object }) => object).join(', '),
  });
}

function tellEnd(logger: Logger, { id }: JobMemory, { outcome }: JobResult): void {
  if (outcome.kind === 'success' || outcome.kind === 'skipped')
    logger.info('Job succeeded', { job: id, 'job-status': 'success' });
  else
    logger.warn(`Job failed: ${outcome.message}`, {
      job: id,
      'job-status': 'failed',
      ...(outcome.kind === 'failure' ? { failure_reason: outcome.reason } : {}),
    });
}

/** Rejects when a signal aborts, until it is let go of. */
function rejection(signal: AbortSignal): {
  readonly promise: Promise<never>;
  readonly dispose: () => void;
} {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  // It may come after the race is over.
  promise.catch(() => undefined);
  return { promise, dispose: () => signal.removeEventListener('abort', end) };
}

const canceledOnServer = new RunnerError('canceled', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});
