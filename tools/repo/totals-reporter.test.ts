import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CountedModule } from './totals-reporter.ts';
import { countTotals, renderTotals, writeSuiteReport } from './totals-reporter.ts';

interface Result {
  readonly state: string;
  readonly note?: string;
}

function moduleOf(results: readonly Result[], errors = 0, suiteErrors = 0): CountedModule {
  const failures = (count: number) => (): readonly unknown[] => Array.from({ length: count });
  return {
    relativeModuleId: 'a.test.ts',
    errors: failures(errors),
    children: {
      allSuites: () => [{ errors: failures(suiteErrors) }],
      allTests: () => results.map((result) => ({ fullName: 'case', result: () => result })),
    },
  };
}

const passed = { state: 'passed' };
const failed = { state: 'failed' };

describe('the last line of a run', () => {
  it.each([
    ['counts what passed and failed', [passed, passed, failed], '2 passed, 1 failed'],
    ['counts a test that never ended as failed', [{ state: 'pending' }], '0 passed, 1 failed'],
    [
      'mentions what was left out only if there is any',
      [passed, { state: 'skipped', note: 'no namespaces' }],
      '1 passed, 0 failed, 1 skipped',
    ],
    [
      'counts a skip without a reason as failed',
      [{ state: 'skipped' }],
      '0 passed, 1 failed, 1 skipped',
    ],
  ])('%s', (_behaviour, results, line) => {
    const text = renderTotals(countTotals([moduleOf(results)], []), false);
    expect(text.trimEnd().split('\n').at(-1)).toBe(line);
  });

  it('counts errors outside tests', () => {
    const totals = countTotals([moduleOf([passed], 1, 2)], [new Error('stray rejection')]);
    expect(totals).toMatchObject({ passed: 1, failed: 4 });
  });

  it('does not ask for reasons when -t chose the tests', () => {
    const text = renderTotals(countTotals([moduleOf([passed, { state: 'skipped' }])], []), true);
    expect(text).toBe('\n1 passed, 0 failed, 1 skipped\n');
  });
});

it('names each test that was left out, with its reason', () => {
  const results = [{ state: 'skipped', note: 'needs user namespaces' }];
  expect(renderTotals(countTotals([moduleOf(results)], []), false)).toContain(
    'left out on this machine: a.test.ts > case: needs user namespaces',
  );
});

describe('the report of suites', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-report-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { children } = moduleOf([passed, { state: 'skipped', note: 'no node' }]);
  const suites = [{ name: 'suite: executor', errors: () => [], children }];

  it.each([
    ['says what the suites ran on', 'real', 'real'],
    ['is about the embedded cluster unless told otherwise', undefined, 'embedded'],
  ])('%s', (_behaviour, cluster, told) => {
    const file = join(folder, 'reports', `${told}.json`);
    writeSuiteReport(suites, false, { file, cluster });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      cluster: told,
      suites: [{ name: 'executor', passed: 1, failed: 0, skipped: 1 }],
    });
  });

  it('is not written when no file is named', () => {
    const before = readdirSync(folder);
    writeSuiteReport(suites, false, { file: undefined, cluster: undefined });
    expect(readdirSync(folder)).toEqual(before);
  });
});
