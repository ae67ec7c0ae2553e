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
import { runSessionUnit } from './run-session-unit.ts';
import { jobOutcome, scheduleUnits, type UnitState } from './schedule-units.ts';
import { unending } from './unending.ts';
import type { UnitPorts } from './unit-ports.ts';

/** Makes the job's own objects and runs its units to their ends. Never throws: what goes wrong is in the result. */
export async function runUnits(ports: UnitPorts): Promise<JobResult> {
  const job = ports.plan.job.id;
  try {
    await prepare(ports);
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
  const end = (id: string, outcome: Outcome): void =>
    void states.set(id, { phase: 'ended', outcome });
  const start = (planned: PlannedUnit): void => {
    const { id } = planned.unit;
    const stop = new AbortController();
    states.set(id, { phase: 'running' });
    stops.set(id, stop);
    const finished = runUnit(ports, planned, stop.signal).then((result) => {
      results.set(id, result);
      running.delete(id);
      end(id, result.outcome);
    });
    running.set(id, finished);
  };
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

async function prepare(ports: UnitPorts): Promise<void> {
  const either = linkSignals(ports.stop, ports.cancel);
  try {
    await checkPreconditions(ports, either);
    const objects = ports.plan.objects.filter(
      ({ contribution: { scope, when } }) => scope === 'job' && when === 'before',
    );
    const startedAt = ports.clock.now();
    await createPlanned(ports, objects, { attempt: 1, startedAt, pods: new Map() });
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
  await ports.emit({ type: 'unit-finished', unit, result });
  const context: HookContext = { signal: unending(), jobId: ports.plan.job.id };
  await ports.generation.hooks.observe('unitFinished', [result], context, ports.resolve);
  return result;
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
