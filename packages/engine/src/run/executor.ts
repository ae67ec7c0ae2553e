import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type Clock,
  type EmitRunEvent,
  type HookContext,
  type JobCredential,
  type JobRecord,
  type JobResult,
  type JobStore,
  type KubeApi,
  type Logger,
  type Plan,
  type PlannedManifest,
  type Transfer,
} from '@millrace/core';
import type { Generation } from '../plan/generation.ts';
import { guardEmit, type GuardedEmit } from './guard-emit.ts';
import { JobLedger } from './job-ledger.ts';
import { namedSignal, outcomeOf } from './outcomes.ts';
import { createPodFeeds, type PodFeeds } from './pod-feeds.ts';
import { runUnits } from './run-units.ts';
import { sweep } from './sweep.ts';
import { unending } from './unending.ts';
import { defaultLimits, type RunLimits, type UnitPorts } from './unit-ports.ts';

/** What an executor works with. */
export interface ExecutorOptions {
  readonly api: KubeApi;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The `millrace.dev/runner` label of this runner's pods; one shared watch follows them. */
  readonly runnerId: string;
  readonly limits?: Partial<RunLimits>;
  /** Opens access with a job's own credential. Without it such jobs fail by name: nobody acts as somebody else. */
  readonly accessAs?: (credential: JobCredential) => JobAccess;
}

/** Access with the credential of one job. */
export interface JobAccess {
  readonly api: KubeApi;
  readonly close: () => Promise<void>;
}

/** One job to run. */
export interface RunRequest {
  readonly generation: Generation;
  readonly plan: Plan;
  /** When it fails the job is ended: a log with a hole is not reported as a success. */
  readonly emit: EmitRunEvent;
  readonly transfers?: Readonly<Record<string, Transfer>>;
  /** Ends the job the polite way: what may run after a cancel still runs. */
  readonly cancel: AbortSignal;
  /** Ends the job at once; clean-up still happens. */
  readonly abort: AbortSignal;
}

/** Runs plans on one cluster. */
export interface Executor {
  /**
   * Runs a plan to its end and cleans up. Never throws: what goes wrong is in the result. The job's record stays in the
   * store until the caller has reported the result and removes it.
   */
  readonly run: (request: RunRequest) => Promise<JobResult>;
  /** Ends the watches; jobs that still run fail by name. */
  readonly dispose: () => void;
}

const runnerLabel = (runnerId: string): string => `millrace.dev/runner=${runnerId}`;

/** Makes an executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const feeds = createPodFeeds({ ...options, labelSelector: runnerLabel(options.runnerId) });
  return { run: (request) => run(options, feeds, request), dispose: feeds.close };
}

async function run(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: RunRequest,
): Promise<JobResult> {
  const { plan } = request;
  const logger = options.logger.child({ job: plan.job.id });
  const taker = guardEmit(request.emit, logger);
  for (const line of plan.log) await taker.emit({ type: 'line', line });
  let result: JobResult;
  if (plan.refused === null) {
    result = await asWhom({ ...options, logger }, feeds, request, taker);
  } else {
    const { reason, message } = plan.refused;
    await taker.emit({ type: 'refused', refusal: plan.refused });
    result = { job: plan.job.id, outcome: { kind: 'failure', reason, message }, units: [] };
  }
  await taker.emit({ type: 'finished', result });
  return result;
}

/** Runs the job as itself when it brings a credential, with a watch of its own, else as the runner. */
async function asWhom(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: RunRequest,
  taker: GuardedEmit,
): Promise<JobResult> {
  const { credential, id } = request.plan.job;
  if (credential === undefined) return execute(options, feeds, request, taker);
  if (options.accessAs === undefined) return { job: id, outcome: outcomeOf(noAccess()), units: [] };
  const access = options.accessAs(credential);
  const own = createPodFeeds({
    ...options,
    api: access.api,
    labelSelector: runnerLabel(options.runnerId),
  });
  try {
    return await execute({ ...options, api: access.api }, own, request, taker);
  } finally {
    own.close();
    await access.close();
  }
}

async function execute(
  options: ExecutorOptions,
  feeds: PodFeeds,
  request: RunRequest,
  { emit, broken }: GuardedEmit,
): Promise<JobResult> {
  const { api, store, clock, logger } = options;
  const { generation, plan, transfers = {} } = request;
  const cancel = namedSignal(request.cancel);
  const abort = namedSignal(request.abort);
  const stop = linkSignals(abort.signal, broken);
  const cancelTimer = clock.after(plan.job.timeoutSeconds * 1000, () =>
    stop.abort(jobTimeout(plan)),
  );
  try {
    const ledger = await JobLedger.open(store, logger, firstRecord(options, plan), stop);
    const ports: UnitPorts = {
      generation,
      plan,
      resolve: generation.resolve,
      api,
      observePod: (name) => feeds.of(plan.job.namespace).observe(name),
      ledger,
      clock,
      logger,
      emit,
      transfers,
      limits: { ...defaultLimits, ...options.limits },
      cancel: cancel.signal,
      stop: stop.signal,
    };
    const ran = await runUnits(ports);
    const result: JobResult =
      broken.aborted && ran.outcome.kind === 'success'
        ? { ...ran, outcome: outcomeOf(broken.reason) }
        : ran;
    await ledger.note((record) => ({ ...record, result }));
    await cleanUp(ports, result);
    return result;
  } catch (thrown) {
    return { job: plan.job.id, outcome: outcomeOf(thrown), units: [] };
  } finally {
    cancelTimer();
    stop.dispose();
    cancel.dispose();
    abort.dispose();
  }
}

/** Removes everything the job made, then lets plugins do the same. Nothing but time limits of its own ends it. */
async function cleanUp(ports: UnitPorts, result: JobResult): Promise<void> {
  const { hooks } = ports.generation;
  const context: HookContext = { signal: unending(), jobId: ports.plan.job.id };
  const trouble = (what: string, message: string): Promise<void> =>
    ports.emit({ type: 'trouble', message: `Error cleaning up ${what}: ${message}` });
  for (const { object, message } of await sweep(ports)) await trouble(object, message);
  for (const { blame = 'the job', message } of await hooks.cleanup(context, ports.resolve))
    await trouble(blame, message);
  await hooks.observe('jobFinished', [result], context, ports.resolve);
}

function firstRecord({ runnerId, clock }: ExecutorOptions, plan: Plan): JobRecord {
  const now = clock.now();
  return {
    version: 1,
    jobId: plan.job.id,
    runnerId,
    plan: withoutReasons(plan),
    objects: [],
    units: plan.units.map(({ unit: { id, podName } }) => ({
      id,
      podName,
      attempt: 1,
      userCodeStarted: false,
      epoch: 1,
      offset: 0,
      stages: [],
    })),
    receivedAt: now,
    deadline: now + plan.job.timeoutSeconds * 1000,
    app: {},
  };
}

const jobTimeout = ({ job }: Plan): RunnerError =>
  new RunnerError(`execution took longer than ${job.timeoutSeconds} s`, {
    code: 'MILLRACE_E_JOB_TIMEOUT',
    kind: 'timeout',
    reason: 'job_timeout',
    hint: 'raise the job’s timeout, or make it do less',
  });

/** What a run needs of a plan: who set what is for `explain`, and would make records several times as large. */
function withoutReasons(plan: Plan): Plan {
  const bare = (object: PlannedManifest): PlannedManifest => ({ ...object, provenance: {} });
  return {
    ...plan,
    decisions: [],
    units: plan.units.map((unit) => ({ ...unit, pod: bare(unit.pod) })),
    objects: plan.objects.map((planned) => ({ ...planned, object: bare(planned.object) })),
  };
}

const noAccess = (): RunnerError =>
  new RunnerError('the job brings a token of its own for the Kubernetes API', {
    code: 'MILLRACE_E_JOB_CREDENTIAL',
    kind: 'config',
    hint: 'this program runs all jobs with one credential: remove the variable, or forbid it in the configuration',
  });
