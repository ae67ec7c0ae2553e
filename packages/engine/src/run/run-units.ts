import { linkSignals } from '@millrace/async';
import {
  RunnerError,
  type HookContext,
  type JobResult,
  type Outcome,
  type PlannedUnit,
  type UnitResult,
} from '@millrace/core';
import { createPlanned } from './cluster-objects.ts';
import { outcomeOf } from './outcomes.ts';
import { checkPreconditions } from './preconditions.ts';
import { jobObjects } from './recorded-objects.ts';
import { runSessionUnit } from './run-session-unit.ts';
import { jobOutcome, scheduleUnits, type UnitState } from './schedule-units.ts';
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
  const states = new Map<string, UnitState>();
  const results = new Map<string, UnitResult>();
  const running = new Map<string, Promise<void>>();
  const stops = new Map<string, AbortController>();
  const units = ports.plan.units.map(({ unit }) => unit);
  /** Not decided again by another process, which would know more. */
  const end = (id: string, outcome: Outcome): void => {
    states.set(id, { phase: 'ended', outcome });
    ports.ledger.rememberUnit(id, (unit) => ({
      ...unit,
      result: { unit: id, outcome, podName: unit.podName, attempts: 0, stages: [] },
    }));
  };
  const start = (planned: PlannedUnit): void => {
    const { id } = planned.unit;
    const stop = new AbortController();
    states.set(id, { phase: 'running' });
    stops.set(id, stop);
    ports.ledger.rememberUnit(id, (unit) => ({ ...unit, begun: true }));
    const finished = runUnit(ports, planned, stop.signal).then((result) => {
      results.set(id, result);
      running.delete(id);
      states.set(id, { phase: 'ended', outcome: result.outcome });
    });
    running.set(id, finished);
  };
  for (const planned of ports.plan.units) {
    const { result } = ports.ledger.unit(planned.unit.id);
    if (result === undefined) continue;
    states.set(result.unit, { phase: 'ended', outcome: result.outcome });
    if (result.attempts === 0) continue;
    results.set(result.unit, result);
    await finishUnit(ports, planned, result);
  }
  // Only when all ends are known: a background unit that was told to end must hear of it before it is asked how it did.
  for (const planned of ports.plan.units)
    if (ports.ledger.unit(planned.unit.id).begun && !states.has(planned.unit.id)) start(planned);
  for (;;) {
    const reason = [ports.stop, ports.cancel].find(({ aborted }) => aborted)?.reason as unknown;
    const next = scheduleUnits(units, states, reason !== undefined);
    for (const id of next.skip) end(id, { kind: 'skipped' });
    for (const id of next.cancel) end(id, outcomeOf(reason));
    for (const planned of ports.plan.units)
      if (next.start.includes(planned.unit.id)) start(planned);
    for (const id of next.stop) stops.get(id)?.abort(overtaken);
    if (next.done) break;
    // What has begun or ended may let others begin at once.
    if (next.start.length + next.skip.length + next.cancel.length > 0) continue;
    if (running.size === 0)
      return { job, outcome: stuck(ports, states), units: [...results.values()] };
    await Promise.race(running.values());
  }
  return {
    job,
    outcome: jobOutcome(units, states),
    units: units.flatMap(({ id }) => results.get(id) ?? []),
  };
}

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
    const startedAt = ports.clock.now();
    await createPlanned(ports, jobObjects(ports.plan), { attempt: 1, startedAt, pods: new Map() });
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
  let result: UnitResult;
  try {
    if (unit.work.kind === 'container')
      throw new RunnerError(`unit ${unit.id} is a container unit, which this version cannot run`, {
        code: 'MILLRACE_E_UNSUPPORTED_UNIT',
        kind: 'system',
      });
    result = await runSessionUnit({ ...ports, cancel: cancel.signal }, planned);
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
  await finishUnit(ports, planned, result);
  return result;
}

/** What follows a unit's result, once it is on record. A process that finds it there does it again. */
async function finishUnit(
  ports: UnitPorts,
  { unit }: PlannedUnit,
  result: UnitResult,
): Promise<void> {
  await removeAttempt(ports, unit.id, result.podName, false);
  await ports.emit({ type: 'unit-finished', unit, result });
  const context: HookContext = { signal: unending(), jobId: ports.plan.job.id };
  await ports.generation.hooks.observe('unitFinished', [result], context, ports.resolve);
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
