import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type Clock,
  type EmitRunEvent,
  type HookContext,
  type JobRecord,
  type JobResult,
  type JobStore,
  type KubeApi,
  type Logger,
  type Outcome,
  type Plan,
  type PlannedUnit,
  type Transfer,
  type UnitResult,
} from '@millrace/core';
import type { Generation } from '../plan/generation.ts';
import { createPlanned, sweep } from './cluster-objects.ts';
import { JobLedger } from './job-ledger.ts';
import { outcomeOf, reasonOf } from './outcomes.ts';
import { PodFeed } from './pod-feed.ts';
import { checkPreconditions } from './preconditions.ts';
import { runSessionUnit } from './run-session-unit.ts';
import { jobOutcome, scheduleUnits, type UnitState } from './schedule-units.ts';
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
}

/** One job to run. */
export interface RunRequest {
  readonly generation: Generation;
  readonly plan: Plan;
  readonly emit: EmitRunEvent;
  readonly transfers?: Readonly<Record<string, Transfer>>;
  /** Ends the job the polite way: what may run after a cancel still runs. */
  readonly cancel: AbortSignal;
  /** Ends the job at once; clean-up still happens. */
  readonly abort: AbortSignal;
}

/** Runs plans on one cluster with one credential. */
export interface Executor {
  /**
   * Runs a plan to its end and cleans up. Never throws for what goes wrong with the job: that is in the result. The
   * job's record stays in the store until the caller has reported the result and removes it.
   */
  readonly run: (request: RunRequest) => Promise<JobResult>;
  readonly dispose: () => void;
}

/** Makes an executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const feeds = new Map<string, PodFeed>();
  const feedOf = (namespace: string): PodFeed => {
    const feed =
      feeds.get(namespace) ??
      new PodFeed({
        api: options.api,
        namespace,
        labelSelector: `millrace.dev/runner=${options.runnerId}`,
      });
    feeds.set(namespace, feed);
    return feed;
  };
  return {
    run: (request) => run(options, feedOf(request.plan.job.namespace), request),
    dispose: () => {
      for (const feed of feeds.values()) feed.close();
    },
  };
}

async function run(
  options: ExecutorOptions,
  pods: PodFeed,
  request: RunRequest,
): Promise<JobResult> {
  const { generation, plan, emit } = request;
  for (const line of plan.log) await emit({ type: 'line', line });
  if (plan.refused !== null) {
    const { reason, message } = plan.refused;
    await emit({ type: 'refused', refusal: plan.refused });
    return finish(emit, {
      job: plan.job.id,
      outcome: { kind: 'failure', reason, message },
      units: [],
    });
  }
  const deadline = new AbortController();
  const cancelTimer = options.clock.after(plan.job.timeoutSeconds * 1000, () =>
    deadline.abort(jobTimeout(plan)),
  );
  const stop = linkSignals(request.abort, deadline.signal);
  const scope = generation.jobScope();
  try {
    const ledger = await JobLedger.open(options.store, firstRecord(options, plan), {
      signal: request.abort,
    });
    const objectPorts = { api: options.api, ledger, namespace: plan.job.namespace };
    const ports: UnitPorts = {
      generation,
      plan,
      resolve: scope.resolveAll.bind(scope),
      api: options.api,
      pods,
      ledger,
      objectPorts,
      clock: options.clock,
      logger: options.logger.child({ job: plan.job.id }),
      emit,
      transfers: request.transfers ?? {},
      limits: { ...defaultLimits, ...options.limits },
      cancel: request.cancel,
      stop: stop.signal,
    };
    const result = await runUnits(ports);
    await ledger.update((record) => ({ ...record, result }), {
      signal: new AbortController().signal,
    });
    await cleanUp(ports, result);
    return await finish(emit, result);
  } catch (thrown) {
    return await finish(emit, { job: plan.job.id, outcome: outcomeOf(thrown), units: [] });
  } finally {
    cancelTimer();
    stop.dispose();
    await scope.dispose();
  }
}

async function runUnits(ports: UnitPorts): Promise<JobResult> {
  const { plan } = ports;
  const states = new Map<string, UnitState>();
  const results = new Map<string, UnitResult>();
  const running = new Map<string, Promise<void>>();
  const units = plan.units.map(({ unit }) => unit);
  try {
    await checkPreconditions(ports);
    await createPlanned(
      ports.objectPorts,
      plan.objects.filter(
        ({ contribution }) => contribution.scope === 'job' && contribution.when === 'before',
      ),
      new Map(),
      { signal: ports.stop },
    );
  } catch (thrown) {
    return {
      job: plan.job.id,
      outcome: outcomeOf(ports.stop.aborted ? reasonOf(ports.stop) : thrown),
      units: [],
    };
  }
  for (;;) {
    const decision = scheduleUnits(units, states, ports.cancel.aborted || ports.stop.aborted);
    for (const id of decision.skip)
      states.set(id, { phase: 'ended', outcome: { kind: 'skipped' } });
    for (const id of decision.start) {
      const planned = plan.units.find(({ unit }) => unit.id === id);
      if (planned === undefined) continue;
      states.set(id, { phase: 'running' });
      running.set(
        id,
        runUnit(ports, planned).then((result) => {
          results.set(id, result);
          states.set(id, { phase: 'ended', outcome: result.outcome });
          running.delete(id);
        }),
      );
    }
    if (running.size === 0 && decision.start.length === 0 && decision.skip.length === 0) break;
    if (running.size > 0) await Promise.race(running.values());
  }
  const outcome: Outcome = ports.stop.aborted
    ? outcomeOf(reasonOf(ports.stop))
    : jobOutcome(units, states);
  return { job: plan.job.id, outcome, units: units.flatMap(({ id }) => results.get(id) ?? []) };
}

async function runUnit(ports: UnitPorts, planned: PlannedUnit): Promise<UnitResult> {
  const { unit } = planned;
  let result: UnitResult;
  try {
    if (unit.work.kind === 'container')
      throw new RunnerError(`unit ${unit.id} is a container unit, which this version cannot run`, {
        code: 'MILLRACE_E_UNSUPPORTED_UNIT',
        kind: 'system',
      });
    result = await runSessionUnit(ports, planned);
  } catch (thrown) {
    result = {
      unit: unit.id,
      outcome: outcomeOf(thrown),
      podName: unit.podName,
      attempts: 1,
      stages: [],
    };
  }
  await ports.emit({ type: 'unit-finished', unit, result });
  await ports.generation.hooks.observe(
    'unitFinished',
    [result],
    cleanUpContext(ports),
    ports.resolve,
  );
  return result;
}

/** Removes everything the job made, then lets plugins do the same, with a signal of its own. */
async function cleanUp(ports: UnitPorts, result: JobResult): Promise<void> {
  const signal = AbortSignal.timeout(ports.limits.cleanup);
  const swept = await sweep(ports.objectPorts, ports.limits.podGraceSeconds, { signal });
  const context: HookContext = { signal, jobId: ports.plan.job.id };
  const failures = [...swept, ...(await ports.generation.hooks.cleanup(context, ports.resolve))];
  for (const failure of failures)
    await ports.emit({
      type: 'trouble',
      message: `Error cleaning up ${failure.blame ?? 'the job'}: ${failure.message}`,
    });
  await ports.generation.hooks.observe('jobFinished', [result], context, ports.resolve);
}

const cleanUpContext = (ports: UnitPorts): HookContext => ({
  signal: AbortSignal.timeout(ports.limits.cleanup),
  jobId: ports.plan.job.id,
});

async function finish(emit: EmitRunEvent, result: JobResult): Promise<JobResult> {
  await emit({ type: 'finished', result });
  return result;
}

function firstRecord({ runnerId, clock }: ExecutorOptions, plan: Plan): JobRecord {
  const now = clock.now();
  return {
    version: 1,
    jobId: plan.job.id,
    runnerId,
    plan,
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
