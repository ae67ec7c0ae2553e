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
  /** Background units whose job is over. */
  readonly stop: readonly string[];
  /** Nothing is running and nothing will start. */
  readonly done: boolean;
}

/**
 * Says what to start, skip and stop from the results so far. Pure. A unit starts when all before it have ended (or, for
 * background ones, started) and its condition holds for the job so far.
 */
export function scheduleUnits(
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
  canceled: boolean,
): UnitDecision {
  const state = (id: string): UnitState => states.get(id) ?? { phase: 'waiting' };
  const byId = new Map(units.map((unit) => [unit.id, unit] as const));
  const failed = units.some((unit) => unit.countsAsFailure && isFailure(state(unit.id)));
  const waiting = units.filter((unit) => state(unit.id).phase === 'waiting');
  const ready = waiting.filter((unit) =>
    unit.after.every((id) => passed(state(id), byId.get(id)?.background ?? false)),
  );
  const wanted = (unit: Unit): boolean =>
    canceled ? unit.on === 'always' : unit.on === 'always' || (unit.on === 'failure') === failed;
  const start = ready.filter(wanted).map(({ id }) => id);
  const skip = ready.filter((unit) => !wanted(unit)).map(({ id }) => id);
  const foreground = units.filter((unit) => !unit.background);
  const foregroundOver =
    start.length === 0 &&
    foreground.every((unit) => state(unit.id).phase === 'ended' || skip.includes(unit.id));
  const stop = foregroundOver
    ? units
        .filter((unit) => unit.background && state(unit.id).phase === 'running')
        .map(({ id }) => id)
    : [];
  const done = units.every((unit) => state(unit.id).phase === 'ended' || skip.includes(unit.id));
  return { start, skip, stop, done };
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
