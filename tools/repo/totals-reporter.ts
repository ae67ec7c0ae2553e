import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';
import { countSuites, type CountedSuite, type SuiteReport } from './suite-counts.ts';
import { verdictOf, type TestEnd } from './verdict.ts';

/** What one run amounts to, read from vitest's own result tree. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** Tests this machine cannot run, as `test name: reason`. */
  readonly leftOut: readonly string[];
  /** Tests that were skipped without saying why. */
  readonly unexplained: readonly string[];
}

/** The part of vitest's `TestModule` that counting needs, so that tests can make one. */
export interface CountedModule {
  readonly relativeModuleId: string;
  readonly errors: () => readonly unknown[];
  readonly children: {
    readonly allSuites: () => Iterable<{ readonly errors: () => readonly unknown[] }>;
    readonly allTests: () => Iterable<{
      readonly fullName: string;
      readonly result: () => TestEnd;
    }>;
  };
}

/** Counts tests; an error outside any test (import, hook, stray rejection) is one failure each. */
export function countTotals(
  modules: Iterable<CountedModule>,
  unhandledErrors: readonly unknown[],
): Totals {
  let passed = 0;
  let failed = unhandledErrors.length;
  const leftOut: string[] = [];
  const unexplained: string[] = [];
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      const name = `${module.relativeModuleId} > ${test.fullName}`;
      const verdict = verdictOf(result);
      if (verdict === 'passed') passed += 1;
      else if (verdict === 'failed') failed += 1;
      else if (verdict === 'unexplained') unexplained.push(name);
      else leftOut.push(`${name}: ${result.note}`);
    }
  }
  return { passed, failed, leftOut, unexplained };
}

/** The closing lines of a run; the last one holds the totals and nothing else. */
export function renderTotals(totals: Totals, filtered: boolean): string {
  const skipped = totals.leftOut.length + totals.unexplained.length;
  const failed = totals.failed + (filtered ? 0 : totals.unexplained.length);
  return [
    '',
    ...totals.leftOut.map((line) => `left out on this machine: ${line}`),
    ...(filtered ? [] : totals.unexplained).map(
      (name) => `skipped without a reason (counts as failed): ${name}`,
    ),
    `${totals.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    '',
  ].join('\n');
}

/** Where a run of suites is reported, and what it ran on. */
export interface SuiteReportTarget {
  readonly file: string | undefined;
  readonly cluster: string | undefined;
}

/** Writes the counts of the suites, if a file for them is named. */
export function writeSuiteReport(
  outermost: Iterable<CountedSuite>,
  filtered: boolean,
  { file, cluster = 'embedded' }: SuiteReportTarget,
): void {
  if (file === undefined || file === '') return;
  const report: SuiteReport = { cluster, suites: countSuites(outermost, filtered) };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

/**
 * Ends `npm test` with one line of totals and says what was left out on this machine.
 *
 * A test that needs what a machine may lack (namespaces, a program) calls `skip(condition, reason)`
 * of its test context. A skip without a reason fails the run, unless `-t` chose the tests.
 *
 * Where `MILLRACE_SUITE_REPORT` names a file, the counts of each end-to-end suite are written there as JSON, with the
 * name of the cluster from `MILLRACE_SUITE_CLUSTER`.
 */
export class TotalsReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals = countTotals(modules, unhandledErrors);
    process.stdout.write(renderTotals(totals, this.#filtered));
    writeSuiteReport(
      modules.flatMap(({ children }) => [...children.suites()]),
      this.#filtered,
      {
        file: process.env['MILLRACE_SUITE_REPORT'],
        cluster: process.env['MILLRACE_SUITE_CLUSTER'],
      },
    );
    if (!this.#filtered && totals.unexplained.length > 0) process.exitCode = 1;
  }
}
