import { isRunnerError } from '@millrace/core';
import { expect, it } from 'vitest';
import { formatProblem } from './config-problem.ts';
import { ConfigProblems } from './config-problems.ts';

const at = (line: number, column?: number) => ({
  file: 'config.toml',
  line,
  ...(column === undefined ? {} : { column }),
});

function thrownBy(problems: ConfigProblems) {
  try {
    problems.throwIfErrors('config.toml');
  } catch (error) {
    if (isRunnerError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

it('prints severity, place, path, message and hint on one line', () => {
  expect(
    formatProblem({
      severity: 'warning',
      path: ['runners', 0, 'kubernetes', 'node.selector'],
      message: 'unknown key',
      position: at(3, 5),
      hint: 'remove it',
    }),
  ).toBe(
    'warning: config.toml:3:5: runners[0].kubernetes."node.selector": unknown key (remove it)',
  );
});

it('does not throw for warnings alone', () => {
  const problems = new ConfigProblems();
  problems.warning({ path: [], message: 'odd' });
  problems.throwIfErrors('config.toml');
  expect(problems.warnings).toHaveLength(1);
});

it('throws a single error as it is, with its hint and position apart', () => {
  const problems = new ConfigProblems();
  problems.error({
    path: ['concurrent'],
    message: 'expected a number',
    position: at(1, 1),
    hint: 'write concurrent = 4',
  });
  expect(thrownBy(problems)).toMatchObject({
    code: 'MILLRACE_E_CONFIG',
    kind: 'config',
    message: 'config.toml:1:1: concurrent: expected a number',
    hint: 'write concurrent = 4',
    position: at(1, 1),
  });
});

it('throws every error at once, in the order of the file', () => {
  const problems = new ConfigProblems();
  problems.error({ path: ['c'], message: 'third' });
  problems.error({ path: ['b'], message: 'second', position: at(7) });
  problems.error({ path: ['a'], message: 'first', position: at(2), hint: 'fix it' });
  const error = thrownBy(problems);
  expect(error.message).toBe(
    [
      'config.toml has 3 problems:',
      '  config.toml:2: a: first (fix it)',
      '  config.toml:7: b: second',
      '  c: third',
    ].join('\n'),
  );
  expect(error.position).toEqual(at(2));
});

it('lists twenty errors and counts the rest', () => {
  const problems = new ConfigProblems();
  for (let line = 1; line <= 30; line += 1)
    problems.error({ path: [], message: 'odd', position: at(line) });
  const lines = thrownBy(problems).message.split('\n');
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    22,
    'config.toml has 30 problems:',
    '  and 10 more',
  ]);
});
