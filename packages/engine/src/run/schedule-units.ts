import type { Outcome, Unit } from '@millrace/core';

/** Where a unit stands while a job runs. */
export type UnitState =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'running' }
  /** It runs, and its pod is ready. */
  | { readonly phase: 'ready' }
  | {
      readonly phase: 'ended';
      readonly outcome: Outcome;
      /** Its containers never ran. */
      readonly neverRan?: boolean;
    };

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
 * background ones, are ready) and its condition holds for the job so far. Nothing starts once the job is ended.
 */
export function scheduleUnits(
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
  ended: boolean,
): UnitDecision {
  const state = (id: string): UnitState => states.get(id) ?? { phase: 'waiting' };
  const byId = new Map(units.map((unit) => [unit.id, unit] as const));
  const failed = jobStands(units, states) === 'failure';
  const waiting = units.filter((unit) => state(unit.id).phase === 'waiting');
  const ready = waiting.filter((unit) =>
    unit.after.every((id) => passed(state(id), byId.get(id)?.background ?? false)),
  );
  const wanted = ({ on }: Unit): boolean =>
    on === 'always' || (on !== 'never' && (on === 'failure') === failed);
  const due = ready.filter(wanted).map(({ id }) => id);
  const start = ended ? [] : due;
  const cancel = ended ? due : [];
  const skip = ready.filter((unit) => !wanted(unit)).map(({ id }) => id);
  const over = ({ id }: Unit): boolean =>
    state(id).phase === 'ended' || skip.includes(id) || cancel.includes(id);
  const foregroundOver =
    start.length === 0 && units.filter(({ background }) => !background).every(over);
  const stop = foregroundOver
    ? units.filter((unit) => unit.background && isUnderWay(state(unit.id))).map(({ id }) => id)
    : [];
  return { start, skip, cancel, stop, done: units.every(over) };
}

/** How the job stands: one failure that counts, and it fails. Pure. */
export const jobStands = (
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
): 'success' | 'failure' =>
  units.some((unit) => {
    const state = states.get(unit.id);
    return state?.phase === 'ended' && state.outcome.kind === 'failure' && counts(unit, state);
  })
    ? 'failure'
    : 'success';

const counts = (
  { countsAsFailure, mustStart = false }: Unit,
  { neverRan = false }: UnitState & { readonly phase: 'ended' },
): boolean => countsAsFailure || (mustStart && neverRan);
const isUnderWay = ({ phase }: UnitState): boolean => phase === 'running' || phase === 'ready';
const passed = (state: UnitState, background: boolean): boolean =>
  state.phase === 'ended' || (background && state.phase === 'ready');

/**
 * The job's outcome from its units': the first failure that counts, in the order of the units. A unit that was canceled
 * has not done its work, whatever its failure would count.
 */
export function jobOutcome(
  units: readonly Unit[],
  states: ReadonlyMap<string, UnitState>,
): Outcome {
  const outcomes = units.flatMap((unit) => {
    const state = states.get(unit.id);
    if (state?.phase !== 'ended') return [];
    const { outcome } = state;
    const cut = outcome.kind === 'canceled' && !unit.background;
    return cut || counts(unit, state) ? [outcome] : [];
  });
  return (
    outcomes.find(({ kind }) => kind === 'failure') ??
    outcomes.find(({ kind }) => kind === 'canceled') ?? { kind: 'success' }
  );
}
