/** How vitest says that a test ended. */
export interface TestEnd {
  readonly state: string;
  /** Why it was skipped. */
  readonly note?: string | undefined;
}

/** What a test's end counts as. `unexplained`: skipped without saying why. */
export type Verdict = 'passed' | 'failed' | 'left-out' | 'unexplained';

/** Judges a test's end; one that never came is a failure. */
export function verdictOf({ state, note }: TestEnd): Verdict {
  if (state === 'passed') return 'passed';
  if (state === 'failed' || state === 'pending') return 'failed';
  return note === undefined ? 'unexplained' : 'left-out';
}
