import { verdictOf, type TestEnd } from './verdict.ts';

/** What became of one suite's tests; each counts once. */
export interface SuiteCounts {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a run writes into the file of `MILLRACE_SUITE_REPORT`. */
export interface SuiteReport {
  /** What the suites ran on, `embedded` for example. */
  readonly cluster: string;
  /** By name. */
  readonly suites: readonly SuiteCounts[];
}

/** The part of vitest's `TestSuite` that counting needs. */
export interface CountedSuite {
  readonly name: string;
  readonly errors: () => readonly unknown[];
  readonly children: {
    readonly allSuites: () => Iterable<{ readonly errors: () => readonly unknown[] }>;
    readonly allTests: () => Iterable<{ readonly result: () => TestEnd }>;
  };
}

/** What `defineSuite` of `e2e/suites` puts before a suite's name. */
const prefix = 'suite: ';

/**
 * Counts the tests of suites, whatever files they ran in. An error in a suite's hooks is one failure each; a skip without
 * a reason is one too, unless tests were `filtered` by name.
 */
export function countSuites(
  outermost: Iterable<CountedSuite>,
  filtered: boolean,
): readonly SuiteCounts[] {
  const counts = new Map<string, { passed: number; failed: number; skipped: number }>();
  for (const suite of outermost) {
    if (!suite.name.startsWith(prefix)) continue;
    const name = suite.name.slice(prefix.length);
    const count = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
    counts.set(name, count);
    for (const part of [suite, ...suite.children.allSuites()]) count.failed += part.errors().length;
    for (const test of suite.children.allTests()) {
      const verdict = verdictOf(test.result());
      if (verdict === 'passed') count.passed += 1;
      else if (verdict === 'left-out' || (verdict === 'unexplained' && filtered))
        count.skipped += 1;
      else count.failed += 1;
    }
  }
  return [...counts]
    .map(([name, count]) => ({ name, ...count }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
