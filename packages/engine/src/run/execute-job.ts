import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type HookContext,
  type JobResult,
  type Plan,
  type StoredRecord,
  type Taken,
  type Transfer,
} from '@millrace/core';
import type { Generation } from '../plan/generation.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { firstRecord } from './first-record.ts';
import { followEnds } from './follow-ends.ts';
import type { GuardedEmit } from './guard-emit.ts';
import { JobLedger } from './job-ledger.ts';
import { namedSignal, outcomeOf } from './outcomes.ts';
import type { PodFeeds } from './pod-feeds.ts';
import { endError } from './recorded-end.ts';
import { tellLeftovers, withLeftovers, type RunResult } from './run-result.ts';
import { runUnits } from './run-units.ts';
import { sweep, type Leftover } from './sweep.ts';
import { unending } from './unending.ts';
import { defaultLimits, type UnitPorts } from './unit-ports.ts';

/** A job to execute: a new one, or one that another process has begun. */
export interface JobToExecute {
  readonly generation: Generation;
  readonly plan: Plan;
  readonly transfers?: Readonly<Record<string, Transfer>>;
  readonly app?: Readonly<Record<string, unknown>>;
  readonly cancel: AbortSignal;
  readonly abort: AbortSignal;
  readonly adopted?: { readonly stored: StoredRecord; readonly taken: Taken };
}

/** Runs a job's units, writes its result down and cleans up. Never throws. */
export async function executeJob(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: JobToExecute,
  taker: GuardedEmit,
): Promise<RunResult> {
  const { clock, store, logger, runnerId } = options;
  const { plan, adopted, app = {} } = request;
  const wanted = { cancel: namedSignal(request.cancel), stop: namedSignal(request.abort) };
  // Until there is a record, whoever ends the job ends it at once.
  const opening = linkSignals(wanted.stop.signal, taker.broken);
  const cancel = linkSignals();
  const stop = linkSignals(taker.broken);
  const now = clock.now();
  let cancelTimer = (): void => undefined;
  try {
    const ledger =
      adopted === undefined
        ? await JobLedger.open(store, logger, firstRecord(plan, { runnerId, now, app }), opening)
        : JobLedger.resume(store, logger, adopted.stored);
    const left = ledger.record.deadline - now;
    cancelTimer = clock.after(Math.max(0, left), () => stop.abort(jobTimeout(plan)));
    const { ended } = ledger.record;
    if (ended !== undefined) (ended.how === 'cancel' ? cancel : stop).abort(endError(ended));
    const forget = await followEnds(ledger, clock, [
      { how: 'stop', wanted: wanted.stop.signal, end: stop.abort },
      { how: 'cancel', wanted: wanted.cancel.signal, end: cancel.abort },
    ]);
    const ports = unitPorts(options, feeds, request, { ledger, taker, cancel, stop });
    try {
      const result = ledger.record.result ?? (await runToResult(ports, taker.broken));
      return withLeftovers(result, await cleanUp(ports, result));
    } finally {
      forget();
    }
  } catch (thrown) {
    return { job: plan.job.id, outcome: outcomeOf(thrown), units: [] };
  } finally {
    cancelTimer();
    for (const each of [opening, stop, wanted.cancel, wanted.stop]) each.dispose();
  }
}

/** The job's one result, on record before anything more is removed. */
async function runToResult(ports: UnitPorts, broken: AbortSignal): Promise<JobResult> {
  const ran = await runUnits(ports);
  const result: JobResult =
    broken.aborted && ran.outcome.kind === 'success'
      ? { ...ran, outcome: outcomeOf(broken.reason) }
      : ran;
  await ports.persist();
  await ports.ledger.note((record) => ({ ...record, result }));
  return result;
}

function unitPorts(
  options: ExecutorOptions,
  feeds: PodFeeds,
  { generation, plan, transfers = {}, adopted }: JobToExecute,
  running: {
    readonly ledger: JobLedger;
    readonly taker: GuardedEmit;
    readonly cancel: { readonly signal: AbortSignal };
    readonly stop: { readonly signal: AbortSignal };
  },
): UnitPorts {
  const { ledger, taker, cancel, stop } = running;
  const { api, clock, logger } = options;
  return {
    generation,
    plan,
    resolve: generation.resolve,
    api,
    observePod: (name) => feeds.of(plan.job.namespace).observe(name),
    holdPods: () => feeds.of(plan.job.namespace).hold(),
    ledger,
    clock,
    logger,
    emit: taker.emit,
    persist: taker.persist,
    adopted: adopted?.taken,
    transfers,
    limits: { ...defaultLimits, ...options.limits },
    cancel: cancel.signal,
    stop: stop.signal,
  };
}

/** Removes everything the job made, then lets plugins do the same. Nothing but time limits of its own ends it. */
async function cleanUp(ports: UnitPorts, result: JobResult): Promise<readonly Leftover[]> {
  const { hooks } = ports.generation;
  const context: HookContext = { signal: unending(), jobId: ports.plan.job.id };
  const leftovers = await sweep(ports);
  // Whoever tries again need not look for the others.
  if (leftovers.length > 0) await ports.ledger.note((record) => record);
  await tellLeftovers(ports, leftovers);
  for (const { blame = 'the job', message } of await hooks.cleanup(context, ports.resolve))
    await tellLeftovers(ports, [{ object: blame, message }]);
  await hooks.observe('jobFinished', [result], context, ports.resolve);
  return leftovers;
}

const jobTimeout = ({ job }: Plan): RunnerError =>
  new RunnerError(`execution took longer than ${job.timeoutSeconds} s`, {
    code: 'MILLRACE_E_JOB_TIMEOUT',
    kind: 'timeout',
    reason: 'job_timeout',
    hint: 'raise the job’s timeout, or make it do less',
  });
