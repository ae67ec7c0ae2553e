import { expect, it } from 'vitest';
import { suiteTable } from './suite-table.ts';

it('shows each suite once, with what became of it on each cluster', () => {
  const suite = (name: string, passed: number, failed = 0, skipped = 0) => ({
    name,
    passed,
    failed,
    skipped,
  });
  expect(
    suiteTable([
      { cluster: 'embedded', suites: [suite('executor', 12), suite('executor faults', 19)] },
      { cluster: 'real', suites: [suite('executor faults', 9, 1, 9), suite('gitlab jobs', 8)] },
    ]),
  ).toBe(
    [
      'suite            embedded   real',
      'executor         12 passed  not run',
      'executor faults  19 passed  9 passed, 1 failed, 9 skipped',
      'gitlab jobs      not run    8 passed',
      '',
    ].join('\n'),
  );
});
