import { expect, it } from 'vitest';
import { countSuites, type CountedSuite } from './suite-counts.ts';
import type { TestEnd } from './verdict.ts';

/** As vitest's own, whose methods need their object. */
class Part {
  readonly #errors: readonly unknown[];
  constructor(errors: number) {
    this.#errors = Array.from({ length: errors });
  }
  errors(): readonly unknown[] {
    return this.#errors;
  }
}
class Suite extends Part implements CountedSuite {
  readonly name: string;
  readonly children: CountedSuite['children'];
  constructor(name: string, ends: readonly TestEnd[], errors: number, inner: number) {
    super(errors);
    this.name = name;
    this.children = {
      allSuites: () => [new Part(inner)],
      allTests: () => ends.map((end) => ({ result: () => end })),
    };
  }
}
const suite = (name: string, ends: readonly TestEnd[], errors = 0, inner = 0): CountedSuite =>
  new Suite(name, ends, errors, inner);
const passed = { state: 'passed' };
const failed = { state: 'failed' };
const leftOut = { state: 'skipped', note: 'no hold of the node' };
const unexplained = { state: 'skipped' };

it.each<[string, readonly CountedSuite[], readonly [string, number, number, number][]]>([
  [
    'counts what passed, failed and was left out',
    [suite('suite: a', [passed, passed, failed, leftOut])],
    [['a', 2, 1, 1]],
  ],
  ['counts nothing outside suites', [suite('a job', [passed])], []],
  [
    'adds up a suite that ran in several files, and sorts by name',
    [suite('suite: b', [passed]), suite('suite: a', [failed]), suite('suite: b', [passed])],
    [
      ['a', 0, 1, 0],
      ['b', 2, 0, 0],
    ],
  ],
  ['counts errors in hooks', [suite('suite: a', [passed], 1, 2)], [['a', 1, 3, 0]]],
  [
    'counts a skip without a reason as failed',
    [suite('suite: a', [unexplained])],
    [['a', 0, 1, 0]],
  ],
  [
    'counts a test that never ended as failed',
    [suite('suite: a', [{ state: 'pending' }])],
    [['a', 0, 1, 0]],
  ],
])('%s', (_behaviour, suites, expected) => {
  expect(
    countSuites(suites, false).map((each) => [each.name, each.passed, each.failed, each.skipped]),
  ).toEqual(expected);
});

it('does not ask for reasons when -t chose the tests', () => {
  expect(countSuites([suite('suite: a', [passed, unexplained])], true)).toEqual([
    { name: 'a', passed: 1, failed: 0, skipped: 1 },
  ]);
});
