import { deferred, linkSignals, type Deferred } from '@millrace/async';
import {
  RunnerError,
  type HookContext,
  type JobResult,
  type Outcome,
  type PlannedRefusal,
  type PlannedUnit,
  type Unit,
  type UnitResult,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { createPlanned } from './cluster-objects.ts';
import { outcomeOf } from './outcomes.ts';
import { recordOf } from './object-entry.ts';
import { checkPreconditions } from './preconditions.ts';
import { jobObjects } from './recorded-objects.ts';
import { runContainerUnit } from './run-container-unit.ts';
import { runSessionUnit } from './run-session-unit.ts';
import { jobOutcome, jobStands, scheduleUnits, type UnitState } from './schedule-units.ts';
import { removeAttempt } from './sweep.ts';
import { unending } from './unending.ts';
import type { UnitPorts } from './unit-ports.ts';

/**
 * Makes the job's own objects and runs its units to their ends; goes on with those that another process has begun. Never
 * throws: what goes wrong is in the result.
 */
export async function runUnits(ports: UnitPorts): Promise<JobResult> {
  const job = ports.plan.job.id;
  try {
    if (!hasBegun(ports)) await prepare(ports);
  } catch (thrown) {
    const { stop, cancel } = ports;
    const ended = [stop, cancel].find(({ aborted }) => aborted);
    return { job, outcome: outcomeOf(ended === undefined ? thrown : ended.reason), units: [] };
  }
  const letGo = ports.holdPods();
  try {
    return await new JobUnits(ports).run();
  } finally {
    letGo();
  }
}

/** The units of one job on their way. */
class JobUnits {
  readonly #ports: UnitPorts;
  readonly #units: readonly Unit[];
  readonly #states = new Map<string, UnitState>();
  readonly #results = new Map<string, UnitResult>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stops = new Map<string, AbortController>();
  /** Resolves when a unit has become ready. */
  #ready: Deferred<void> = deferred();

  constructor(ports: UnitPorts) {
    this.#ports = ports;
    this.#units = ports.plan.units.map(({ unit }) => unit);
  }

  async run(): Promise<JobResult> {
    const { plan, stop, cancel, ledger } = this.#ports;
    const job = plan.job.id;
    const units = this.#units;
    await this.#recall();
    // Only when all ends are known: a background unit that was told to end must hear of it before it is asked how it did.
    for (const planned of plan.units)
      if (ledger.unit(planned.unit.id).begun && !this.#states.has(planned.unit.id))
        this.#start(planned);
    for (;;) {
      const reason = [stop, cancel].find(({ aborted }) => aborted)?.reason as unknown;
      const next = scheduleUnits(units, this.#states, reason !== undefined);
      await this.#endUnbegun([
        ...next.skip.map((id) => [id, { kind: 'skipped' }] as const),
        ...next.cancel.map((id) => [id, outcomeOf(reason)] as const),
      ]);
      for (const planned of plan.units)
        if (next.start.includes(planned.unit.id)) this.#start(planned);
      for (const id of next.stop) this.#stops.get(id)?.abort(overtaken);
      if (next.done) break;
      // What has begun or ended may let others begin at once.
      if (next.start.length + next.skip.length + next.cancel.length > 0) continue;
      if (this.#running.size === 0)
        return {
          job,
          outcome: stuck(this.#ports, this.#states),
          units: [...this.#results.values()],
        };
      await Promise.race([...this.#running.values(), this.#ready.promise]);
    }
    const outcome = jobOutcome(units, this.#states);
    return {
      job,
      outcome: outcome.kind === 'success' ? (this.#cutShort() ?? outcome) : outcome,
      units: units.flatMap(({ id }) => this.#results.get(id) ?? []),
    };
  }

  /** Ends that another process has seen. */
  async #recall(): Promise<void> {
    const { plan, ledger } = this.#ports;
    for (const planned of plan.units) {
      const { result } = ledger.unit(planned.unit.id);
      if (result === undefined) continue;
      this.#states.set(result.unit, endedState(result));
      if (result.attempts > 0) this.#results.set(result.unit, result);
      await finishUnit(this.#ports, planned, result);
    }
  }

  #start(planned: PlannedUnit): void {
    const { ledger, clock, emit } = this.#ports;
    const { id } = planned.unit;
    const stop = new AbortController();
    const standing = jobStands(this.#units, this.#states);
    this.#states.set(id, { phase: 'running' });
    this.#stops.set(id, stop);
    // As the record has it when another process has begun the unit.
    ledger.rememberUnit(id, (unit) => ({
      begunAt: clock.now(),
      standing,
      ...unit,
      begun: true,
    }));
    const noticing: UnitPorts = {
      ...this.#ports,
      emit: async (event) => {
        await emit(event);
        if (event.type === 'unit-ready') this.#becomesReady(id);
      },
    };
    const finished = runUnit(noticing, planned, stop.signal).then((result) => {
      this.#results.set(id, result);
      this.#running.delete(id);
      this.#states.set(id, endedState(result));
    });
    this.#running.set(id, finished);
  }

  #becomesReady(id: string): void {
    this.#states.set(id, { phase: 'ready' });
    const { resolve } = this.#ready;
    this.#ready = deferred();
    resolve();
  }

  /** Not decided again by another process, which would know more; so it is on record before it is told. */
  async #endUnbegun(ends: readonly (readonly [string, Outcome])[]): Promise<void> {
    if (ends.length === 0) return;
    const { ledger, emit } = this.#ports;
    const results = ends.map(([unit, outcome]): UnitResult => {
      const { podName } = ledger.unit(unit);
      return { unit, outcome, podName, attempts: 0, stages: [] };
    });
    const resultOf = (id: string): UnitResult | undefined =>
      results.find(({ unit }) => unit === id);
    for (const result of results) this.#states.set(result.unit, endedState(result));
    await ledger.note((record) => ({
      ...record,
      units: record.units.map((unit) => {
        const result = resultOf(unit.id);
        return result === undefined ? unit : { ...unit, result };
      }),
    }));
    for (const unit of this.#units) {
      const result = resultOf(unit.id);
      if (result !== undefined) await emit({ type: 'unit-finished', unit, result });
    }
  }

  /** A unit whose failure does not count may still have been cut short by the end of the job, which counts. */
  #cutShort(): Outcome | undefined {
    const { stop } = this.#ports;
    if (!stop.aborted) return undefined;
    const why = outcomeOf(stop.reason);
    const isCut = ({ id, background }: Unit): boolean => {
      const outcome = this.#results.get(id)?.outcome;
      return (
        !background &&
        outcome?.kind === 'failure' &&
        why.kind === 'failure' &&
        outcome.reason === why.reason
      );
    };
    return this.#units.some(isCut) ? why : undefined;
  }
}

const endedState = ({ outcome, startedAt, stages }: UnitResult): UnitState => ({
  phase: 'ended',
  outcome,
  ...(startedAt === undefined && stages.length === 0 ? { neverRan: true } : {}),
});

/** Once a unit has begun, what the job needs was there; a new look could only find less. */
const hasBegun = ({ ledger, plan, adopted }: UnitPorts): boolean =>
  ledger.record.units.some(({ begun, userCodeStarted }) => begun || userCodeStarted) ||
  (adopted !== undefined &&
    plan.units.some(({ unit }) =>
      adopted.events.some((key) => key.startsWith(`unit-creating/${unit.id}/`)),
    ));

async function prepare(ports: UnitPorts): Promise<void> {
  const either = linkSignals(ports.stop, ports.cancel);
  try {
    await checkPreconditions(ports, either);
    const { receivedAt } = ports.ledger.record;
    await createPlanned(ports, jobObjects(ports.plan), {
      attempt: 1,
      startedAt: receivedAt,
      jobStartedAt: receivedAt,
      status: 'success',
      pods: new Map(),
    });
  } finally {
    either.dispose();
  }
}

/** @param overtakenSignal - aborts when the job is over and a background unit has nothing left to serve */
async function runUnit(
  ports: UnitPorts,
  planned: PlannedUnit,
  overtakenSignal: AbortSignal,
): Promise<UnitResult> {
  const { unit } = planned;
  const cancel = linkSignals(ports.cancel, overtakenSignal);
  const own: UnitPorts = { ...ports, cancel: cancel.signal };
  let result: UnitResult;
  let podIsGone = false;
  try {
    if (planned.refused !== undefined) result = await refuseUnit(ports, planned, planned.refused);
    else if (unit.work.kind === 'container')
      ({ result, podIsGone } = await runContainerUnit(own, planned, () =>
        cancel.signal.reason === overtaken ? { kind: 'success' } : outcomeOf(cancel.signal.reason),
      ));
    else result = await runSessionUnit(own, planned);
  } catch (thrown) {
    const { id, podName } = unit;
    result = { unit: id, outcome: outcomeOf(thrown), podName, attempts: 1, stages: [] };
  } finally {
    cancel.dispose();
  }
  // Its end was no one's wish but the schedule's.
  if (cancel.signal.reason === overtaken && result.outcome.kind === 'canceled')
    result = { ...result, outcome: { kind: 'success' } };
  const noted = result;
  await ports.persist();
  await ports.ledger.noteUnit(unit.id, (record) => ({ ...record, result: noted }));
  if (podIsGone) forgetPod(ports, planned, result.podName);
  await finishUnit(ports, planned, result);
  return result;
}

/** A unit that the plan refuses: nothing of it is made, and it fails when its turn comes. */
async function refuseUnit(
  { emit, clock, plan }: UnitPorts,
  { unit }: PlannedUnit,
  { reason, message }: PlannedRefusal,
): Promise<UnitResult> {
  const { id, podName } = unit;
  const { namespace } = plan.job;
  await emit({ type: 'unit-creating', unit, attempt: 1, namespace, podName });
  const outcome: Outcome = { kind: 'failure', reason, message };
  return { unit: id, outcome, finishedAt: clock.now(), podName, attempts: 0, stages: [] };
}

/** What follows a unit's result, once it is on record. A process that finds it there does it again. */
async function finishUnit(
  ports: UnitPorts,
  { unit }: PlannedUnit,
  result: UnitResult,
): Promise<void> {
  if (result.attempts > 0) await removeAttempt(ports, unit.id, result.podName, false);
  await ports.emit({ type: 'unit-finished', unit, result });
  if (result.attempts === 0) return;
  const context: HookContext = { signal: unending(), jobId: ports.plan.job.id };
  await ports.generation.hooks.observe('unitFinished', [result], context, ports.resolve);
}

/** It is deleted already: nothing more is asked of the server about it. */
function forgetPod({ ledger, plan }: UnitPorts, { pod }: PlannedUnit, name: string): void {
  const named = { ...pod.manifest, metadata: { ...pod.manifest.metadata, name } };
  ledger.dropObject(recordOf(resourceTypes.pods, named, plan.job.namespace));
}

const overtaken = new RunnerError('all other units of the job have ended', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});

/** Units that wait for each other never run; what never ran is no success. */
function stuck({ plan }: UnitPorts, states: ReadonlyMap<string, UnitState>): Outcome {
  const waiting = plan.units.map(({ unit }) => unit.id).filter((id) => !states.has(id));
  return {
    kind: 'failure',
    reason: 'internal',
    message: `units ${waiting.join(', ')} wait for units that never end`,
    hint: 'look at what the plan says they come after',
  };
}
