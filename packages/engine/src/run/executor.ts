import {
  RunnerError,
  type EmitRunEvent,
  type JobResult,
  type Plan,
  type RecordedObject,
  type RunEvent,
  type StoredRecord,
  type Taken,
  type Transfer,
} from '@millrace/core';
import type { Generation } from '../plan/generation.ts';
import { executeJob, type JobToExecute } from './execute-job.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { firstRecord } from './first-record.ts';
import {
  removeRemains,
  whyNotAdopted,
  type GivenUp,
  type LostJob,
  type Remains,
} from './give-up.ts';
import { guardEmit, type EventTaker, type GuardedEmit } from './guard-emit.ts';
import { JobLedger } from './job-ledger.ts';
import { outcomeOf } from './outcomes.ts';
import { createPodFeeds, type PodFeeds } from './pod-feeds.ts';
import { tellLeftovers, withLeftovers, type RunResult } from './run-result.ts';
import type { Leftover } from './sweep.ts';
import { unending } from './unending.ts';

/** What a job needs from whoever asks for it, whoever has begun it. */
export interface JobPorts {
  readonly generation: Generation;
  /** When it fails the job is ended: a log with a hole is not reported as a success. */
  readonly emit: EmitRunEvent;
  /**
   * Makes sure of everything taken so far. Called before a pod is removed and before the result is written down: from
   * then on its log cannot be had again. A taker that keeps a file syncs it here; one that need not survive a power cut
   * leaves it out.
   */
  readonly persist?: () => Promise<void>;
  readonly transfers?: Readonly<Record<string, Transfer>>;
  /** Ends the job the polite way: what may run after a cancel still runs. */
  readonly cancel: AbortSignal;
  /** Ends the job at once; clean-up still happens. */
  readonly abort: AbortSignal;
}

/** One job to run. */
export interface RunRequest extends JobPorts {
  readonly plan: Plan;
  /** Kept in the job's record for whoever adopts it: whom to report to, with which token, … Plain JSON. */
  readonly app?: Readonly<Record<string, unknown>>;
}

/** One job that another process has begun. */
export interface AdoptRequest extends JobPorts {
  readonly record: StoredRecord;
  /** What of its events is taken for good: output goes on behind it, and what was taken is not told again. */
  readonly taken: Taken;
  /** Told of events that were taken, in their order, for a taker that has to know them to go on: open sections, … */
  readonly again?: (event: RunEvent) => void;
}

/** Runs plans on one cluster. */
export interface Executor {
  /**
   * Runs a plan to its end and cleans up. Never throws: what goes wrong is in the result. The job's record stays in the
   * store until the caller has reported the result and removes it; where there are {@link RunResult.leftovers}, only when
   * {@link Executor.remove} has removed them.
   */
  readonly run: (request: RunRequest) => Promise<RunResult>;
  /**
   * Goes on with a job of another process as its record has it, to the same kind of result. The recorded plan counts, it
   * is not made again; so does the recorded deadline. Hooks of the stage at hand, `cleanup`, `unitFinished` and
   * `jobFinished` may be called again. Never throws.
   */
  readonly adopt: (request: AdoptRequest) => Promise<RunResult>;
  /** Ends a job that cannot be adopted by name, and removes what its record names. Needs no generation. Never throws. */
  readonly giveUp: (job: LostJob) => Promise<GivenUp>;
  /** Tries again to remove what a job that has ended has left. Returns what is still there. Never throws. */
  readonly remove: (remains: Remains) => Promise<readonly Leftover[]>;
  /** Ends the watches; jobs that still run fail by name. */
  readonly dispose: () => void;
}

const runnerLabel = (runnerId: string): string => `millrace.dev/runner=${runnerId}`;

/** Makes an executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const feeds = createPodFeeds({ ...options, labelSelector: runnerLabel(options.runnerId) });
  return {
    run: (request) => run(options, feeds, request, request),
    adopt: (request) => adopt(options, feeds, request),
    giveUp: (job) => giveUp(options, job),
    remove: (remains) => remove(options, remains),
    dispose: feeds.close,
  };
}

async function run(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: JobToExecute,
  taker: EventTaker,
): Promise<RunResult> {
  const { plan } = request;
  const logger = options.logger.child({ job: plan.job.id });
  const guarded = guardEmit(taker, logger);
  for (const [index, line] of plan.log.entries()) await guarded.emit({ type: 'line', line, index });
  let result: RunResult;
  if (plan.refused === null) {
    result = await asWhom({ ...options, logger }, feeds, request, guarded);
  } else {
    const { reason, message } = plan.refused;
    await guarded.emit({ type: 'refused', refusal: plan.refused });
    result = { job: plan.job.id, outcome: { kind: 'failure', reason, message }, units: [] };
    if (request.adopted === undefined) result = await recordEnded(options, request, result);
  }
  await guarded.emit({ type: 'finished', result });
  return result;
}

async function adopt(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: AdoptRequest,
): Promise<RunResult> {
  const { record: stored, taken, again, generation } = request;
  const { plan, jobId, objects, result } = stored.record;
  const taker: EventTaker = {
    emit: request.emit,
    taken: new Set(taken.events),
    ...(request.persist === undefined ? {} : { persist: request.persist }),
    ...(again === undefined ? {} : { again }),
  };
  const error = whyNotAdopted(stored.record, generation.plugins);
  if (error === undefined)
    return run(options, feeds, { ...request, plan, adopted: { stored, taken } }, taker);
  const guarded = guardEmit(taker, options.logger.child({ job: jobId }));
  const { credential } = plan.job;
  const given = await giveUp(options, {
    jobId,
    objects,
    error,
    ...(credential === undefined ? {} : { credential }),
  });
  await tellLeftovers(guarded, given.leftovers);
  // What was decided before stays decided.
  const told = result ?? given.result;
  await guarded.emit({ type: 'finished', result: told });
  return withLeftovers(told, given.leftovers);
}

async function giveUp(options: ExecutorOptions, job: LostJob): Promise<GivenUp> {
  return {
    result: { job: job.jobId, outcome: outcomeOf(job.error), units: [] },
    leftovers: await remove(options, job),
  };
}

/** As whom the objects were made. */
async function remove(options: ExecutorOptions, remains: Remains): Promise<readonly Leftover[]> {
  if (remains.credential === undefined) return removeRemains(options, remains);
  if (options.accessAs === undefined) return outOfReach(remains.objects);
  const access = options.accessAs(remains.credential);
  try {
    return await removeRemains({ ...options, api: access.api }, remains);
  } finally {
    await access.close();
  }
}

/** Without the job's own access nobody may touch what it has made. */
const outOfReach = (objects: readonly RecordedObject[]): readonly Leftover[] =>
  objects.map(({ kind, namespace, name }) => ({
    object: `${kind} ${namespace}/${name}`,
    message: noAccess().message,
  }));

/** Runs the job as itself when it brings a credential, with a watch of its own, else as the runner. */
async function asWhom(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: JobToExecute,
  taker: GuardedEmit,
): Promise<RunResult> {
  const { credential, id } = request.plan.job;
  if (credential === undefined) return executeJob(options, feeds, request, taker);
  if (options.accessAs === undefined) {
    const result: JobResult = { job: id, outcome: outcomeOf(noAccess()), units: [] };
    if (request.adopted === undefined) return recordEnded(options, request, result);
    const leftovers = outOfReach(request.adopted.stored.record.objects);
    await tellLeftovers(taker, leftovers);
    return withLeftovers(result, leftovers);
  }
  const access = options.accessAs(credential);
  const own = createPodFeeds({
    ...options,
    api: access.api,
    labelSelector: runnerLabel(options.runnerId),
  });
  try {
    return await executeJob({ ...options, api: access.api }, own, request, taker);
  } finally {
    own.close();
    await access.close();
  }
}

/** Writes down the result of a job that ended before anything was made, so that it is reported even after a restart. */
async function recordEnded(
  { store, logger, clock, runnerId }: ExecutorOptions,
  { plan, app = {} }: JobToExecute,
  result: JobResult,
): Promise<JobResult> {
  try {
    const record = firstRecord(plan, { runnerId, now: clock.now(), app, result });
    await JobLedger.open(store, logger, record, { signal: unending() });
  } catch (failure) {
    logger.warn('the result of the job could not be written down', { error: String(failure) });
  }
  return result;
}

const noAccess = (): RunnerError =>
  new RunnerError('the job brings a token of its own for the Kubernetes API', {
    code: 'MILLRACE_E_JOB_CREDENTIAL',
    kind: 'config',
    hint: 'this program runs all jobs with one credential: remove the variable, or forbid it in the configuration',
  });
