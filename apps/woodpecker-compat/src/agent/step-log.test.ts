import { expect, it } from 'vitest';
import { createStepLog, type StepLine } from './step-log.ts';

const from = { offset: 0, line: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (lines: readonly StepLine[]): readonly string[] =>
  lines.map(({ data }) => new TextDecoder().decode(data));

it('cuts output into numbered lines, and says how far the container’s log is taken with each', () => {
  const log = createStepLog([], from);
  expect(log.push(bytes('one\ntw')).map(({ line, end }) => [line, end])).toEqual([
    [0, { offset: 4, line: 1 }],
  ]);
  const [two] = log.push(bytes('o\r\n'));
  expect(two).toMatchObject({ line: 1, end: { offset: 9, line: 2 } });
  expect(texts(two === undefined ? [] : [two])).toEqual(['two\r']);
  expect(log.push(bytes('rest'))).toEqual([]);
  expect(log.end()).toMatchObject([{ line: 2, end: { offset: 13, line: 3 } }]);
});

it('goes on behind what was taken', () => {
  const log = createStepLog([], { offset: 100, line: 7 });
  expect(log.push(bytes('a\n'))).toMatchObject([{ line: 7, end: { offset: 102, line: 8 } }]);
});

it('hides secrets, wherever the output is cut', () => {
  const secret = 'correct-horse';
  for (let cut = 0; cut < secret.length; cut += 1) {
    const log = createStepLog([secret], from);
    const lines = [
      ...log.push(bytes(`x${secret.slice(0, cut)}`)),
      ...log.push(bytes(`${secret.slice(cut)}y\n`)),
    ];
    expect(texts(lines)).toEqual(['x********y']);
  }
});

it('a secret does not reach over the end of its line', () => {
  const log = createStepLog(['abcd'], from);
  expect(texts(log.push(bytes('ab\ncd\nabcd\n')))).toEqual(['ab', 'cd', '********']);
});

it('cuts lines of more than a mebibyte, and hides a secret that is cut with them', () => {
  const log = createStepLog(['correct-horse'], from);
  const long = `${'a'.repeat(1_048_570)}correct-horse${'b'.repeat(10)}\n`;
  const lines = [...log.push(bytes(long)), ...log.end()];
  expect(lines).toHaveLength(2);
  expect(lines.every(({ data }) => data.length < 1_048_576)).toBe(true);
  expect(texts(lines).join('')).toBe(`${'a'.repeat(1_048_570)}********${'b'.repeat(10)}`);
});

it('words of the agent’s own are lines of the log, and no bytes of the container’s', () => {
  const log = createStepLog([], from);
  log.push(bytes('one\n'));
  expect(log.say(['ERROR: gone'])).toMatchObject([{ line: 1, end: { offset: 4, line: 2 } }]);
});
