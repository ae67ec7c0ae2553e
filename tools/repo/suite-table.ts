import type { SuiteCounts, SuiteReport } from './suite-counts.ts';

/** One row a suite, one column a run, in plain text. */
export function suiteTable(reports: readonly SuiteReport[]): string {
  const names = new Set(reports.flatMap(({ suites }) => suites.map(({ name }) => name)));
  const rows = [
    ['suite', ...reports.map(({ cluster }) => cluster)],
    ...[...names]
      .toSorted()
      .map((name) => [
        name,
        ...reports.map(({ suites }) => cell(suites.find((suite) => suite.name === name))),
      ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => row.map((text, column) => text.padEnd(widths?.[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cell(counts: SuiteCounts | undefined): string {
  if (counts === undefined) return 'not run';
  const { passed, failed, skipped } = counts;
  return [
    `${passed} passed`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(', ');
}
