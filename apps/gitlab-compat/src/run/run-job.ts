import { join } from 'node:path';
import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type Clock,
  type JobResult,
  type JobStore,
  type JsonObject,
  type Logger,
  type StoredRecord,
  type UnreadableRecord,
} from '@millrace/core';
import { makePlan } from '@millrace/engine';
import { jobLogSettings } from '@millrace/gitlab-job';
import {
  createTraceUploader,
  judgeConfirmation,
  type JobOffer,
  type ServerRequest,
} from '@millrace/gitlab-protocol';
import { gitlabLogLimit, gitlabSecretParameters, gitlabTokenPrefixes } from '@millrace/logstream';
import { presentedRevision, presentedVersion } from '../presented-version.ts';
import { finalResult } from './final-result.ts';
import { openJobLogFile, type JobLogFile } from './job-log-file.ts';
import { removeOffer, saveOffer } from './job-offer-file.ts';
import type { JobMemory } from './job-memory.ts';
import type { Runner } from './runner.ts';

/** Where and how long the jobs of a process run. */
export interface JobPlace {
  readonly runner: Runner;
  /** Records of the runner's jobs. */
  readonly store: JobStore;
  /** Folder with a folder for each job's log. */
  readonly logs: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends jobs at once, because the process is told to end; their results are still told. */
  readonly interrupt: AbortSignal;
  /** Ends everything, results included: the next process goes on. */
  readonly leave: AbortSignal;
}

/** A job in hand and what is done with it. */
interface Course {
  readonly memory: JobMemory;
  readonly log: JobLogFile;
  readonly run: (signals: {
    readonly cancel: AbortSignal;
    readonly abort: AbortSignal;
  }) => Promise<JobResult>;
}

const recordName = (id: number): string => String(id);

/** Takes a job that the server offers, runs it, and tells its result until the server has it. */
export async function runJob(
  place: JobPlace,
  offer: JobOffer,
  slots: JobMemory['slots'],
): Promise<void> {
  const { runner, clock } = place;
  const { id, token, payload } = offer;
  const folder = join(place.logs, recordName(id));
  // From here on the job is ours: a process that starts anew finds it, with a record or without one.
  await saveOffer(folder, { offer, slots });
  const confirmed = await runner.client.updateJob(
    { id, token },
    { state: 'running' },
    { signal: place.leave },
  );
  const verdict = judgeConfirmation(confirmed);
  if (verdict === 'drop') {
    await removeOffer(folder);
    return;
  }
  const settings = jobLogSettings(payload, runner.poll);
  const plan = await runner.facts.plan(
    (facts) =>
      makePlan(
        runner.generation,
        { id: recordName(id), payload, runner: { ...runner.identity, slot: slots.runner } },
        { facts, seed: seedOf(), now: clock.now() },
      ),
    { signal: place.leave },
  );
  const memory: JobMemory = {
    id,
    token,
    projectId: projectOf(payload),
    slots,
    log: settings,
    masks: plan.job.masks,
  };
  const log = await openLog(place, memory);
  await finish(place, verdict === 'cancel', {
    memory,
    log,
    run: (signals) =>
      runner.executor.run({
        generation: runner.generation,
        plan,
        app: { gitlab: memory },
        emit: log.emit,
        persist: log.persist,
        ...signals,
      }),
  });
}

/** Goes on with a job of an earlier process. */
export async function adoptJob(
  place: JobPlace,
  record: StoredRecord,
  memory: JobMemory,
): Promise<void> {
  const { runner } = place;
  const log = await openLog(place, memory);
  await finish(place, false, {
    memory,
    log,
    run: (signals) =>
      runner.executor.adopt({
        generation: runner.generation,
        record,
        taken: log.taken,
        again: log.again,
        emit: log.emit,
        persist: log.persist,
        ...signals,
      }),
  });
}

/** Ends a job of an earlier process whose record cannot be used, and tells so. */
export async function tellLostJob(
  place: JobPlace,
  lost: UnreadableRecord,
  memory: JobMemory,
): Promise<void> {
  const log = await openLog(place, memory);
  await finish(place, false, {
    memory,
    log,
    run: async () => {
      const { result } = await place.runner.executor.giveUp(lost);
      await log.emit({ type: 'finished', result });
      return result;
    },
  });
}

/** Runs the job while its log goes to the server, then tells the result; what is left behind goes with the acknowledgement. */
async function finish(place: JobPlace, canceled: boolean, course: Course): Promise<void> {
  const { runner, clock, logger, store, leave } = place;
  const { memory, log } = course;
  const cancel = new AbortController();
  const abort = linkSignals(place.interrupt);
  if (canceled) cancel.abort(canceledOnServer);
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
    dynamicSilence: memory.log.dynamicSilence,
  });
  // It ends with `finish` below, or when the server gives the job up; after that the result is told all the same.
  const following = uploader.follow({ signal: leave }).catch(() => undefined);
  try {
    const result = await Promise.race([
      course.run({ cancel: cancel.signal, abort: abort.signal }),
      rejection(leave),
    ]);
    const final = finalResult(result, memory.log.failureReasons);
    const outcome = await uploader.finish(final, { signal: leave });
    tell(logger, memory, result);
    if (outcome.kind === 'unacknowledged') {
      logger.error('GitLab did not take the result; the job’s record stays for the next start', {
        job: memory.id,
        error: outcome.last,
      });
      await log.close();
      return;
    }
    // The offer first: without a record it would be taken for a job that has not begun.
    await log.close();
    await removeOffer(join(place.logs, recordName(memory.id)));
    await store.remove(recordName(memory.id), { signal: leave });
  } finally {
    await following;
    abort.dispose();
  }
}

function tell(logger: Logger, { id }: JobMemory, { outcome }: JobResult): void {
  if (outcome.kind === 'success' || outcome.kind === 'skipped')
    logger.info('Job succeeded', { job: id, 'job-status': 'success' });
  else
    logger.warn(`Job failed: ${outcome.message}`, {
      job: id,
      'job-status': 'failed',
      ...(outcome.kind === 'failure' ? { failure_reason: outcome.reason } : {}),
    });
}

function openLog({ runner, logs, clock }: JobPlace, memory: JobMemory): Promise<JobLogFile> {
  const { log, masks, id } = memory;
  const { poll, name, shortToken, identity } = runner;
  return openJobLogFile(join(logs, recordName(id)), {
    runnerName: name,
    version: presentedVersion,
    revision: presentedRevision,
    shortToken,
    systemId: identity.systemId,
    timestamps: log.timestamps,
    executorName: 'kubernetes',
    clock,
    rules: {
      secrets: masks,
      parameters: gitlabSecretParameters,
      tokenPrefixes: gitlabTokenPrefixes(log.masksAllTokens, log.tokenPrefixes),
      repairCharacters: true,
      limit: gitlabLogLimit(poll.outputLimit),
    },
  });
}

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

const seedOf = (): number => Math.floor(Math.random() * 2 ** 31);

function projectOf(payload: JsonObject): number {
  const info = payload['job_info'];
  const id =
    typeof info === 'object' && info !== null && !Array.isArray(info)
      ? (info as JsonObject)['project_id']
      : undefined;
  return typeof id === 'number' ? id : 0;
}

const canceledOnServer = new RunnerError('canceled', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});
