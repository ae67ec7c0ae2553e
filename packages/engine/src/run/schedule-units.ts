import type { Outcome, Unit } from '@millrace/core';

/** Where a unit stands while a job runs. */
export type UnitState =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'running' }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

/** What to do next. */
export interface UnitDecision {
  readonly start: readonly string[];
  readonly skip: readonly string[];
  /** What would have started, had the job not been ended. */
  readonly cancel: readonly string[];
  /** Background units whose job is over. */
  readonly stop: readonly string[];
  /** All have ended; the rest waits for what will never end when nothing runs or starts any more. */
  readonly done: boolean;
}

/**
 * Says what to start, skip and stop from the results so far. Pure. A unit starts when all before it have ended (or, for
 * background ones, started) and its condition holds for the job so far. Nothing starts once the job is ended.
 */
export function scheduleUnits(
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
  ended: boolean,
): UnitDecision {
  const state = (id: string): UnitState => states.get(id) ?? { phase: 'waiting' };
  const byId = new Map(units.map((unit) => [unit.id, unit] as const));
  const failed = units.some((unit) => unit.countsAsFailure && isFailure(state(unit.id)));
  const waiting = units.filter((unit) => state(unit.id).phase === 'waiting');
  const ready = waiting.filter((unit) =>
    unit.after.every((id) => passed(state(id), byId.get(id)?.background ?? false)),
  );
  const wanted = (unit: Unit): boolean =>
    unit.on === 'always' || (unit.on === 'failure') === failed;
  const due = ready.filter(wanted).map(({ id }) => id);
  const start = ended ? [] : due;
  const cancel = ended ? due : [];
  const skip = ready.filter((unit) => !wanted(unit)).map(({ id }) => id);
  const over = ({ id }: Unit): boolean =>
    state(id).phase === 'ended' || skip.includes(id) || cancel.includes(id);
  const foregroundOver =
    start.length === 0 && units.filter(({ background }) => !background).every(over);
  const stop = foregroundOver
    ? units
        .filter((unit) => unit.background && state(unit.id).phase === 'running')
        .map(({ id }) => id)
    : [];
  return { start, skip, cancel, stop, done: units.every(over) };
}

const isFailure = (state: UnitState): boolean =>
  state.phase === 'ended' && state.outcome.kind === 'failure';
const passed = (state: UnitState, background: boolean): boolean =>
  state.phase === 'ended' || (background && state.phase === 'running');

/** The job's outcome from its units': the first failure that counts, in the order of the units. */
export function jobOutcome(
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
): Outcome {
  const outcomes = units
    .filter(({ countsAsFailure }) => countsAsFailure)
    .flatMap(({ id }) => {
      const state = states.get(id);
      return state?.phase === 'ended' ? [state.outcome] : [];
    });
  return (
    outcomes.find(({ kind }) => kind === 'failure') ??
    outcomes.find(({ kind }) => kind === 'canceled') ?? { kind: 'success' }
  );
}
