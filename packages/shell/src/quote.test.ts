import { spawnSync } from 'node:child_process';
import { isRunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { quoteAnsiC, quotePosix } from './quote.ts';

const values = [
  '',
  'plain',
  'two words',
  "it's",
  '"double"',
  '$HOME `id` $(id)',
  'a\nb\n',
  '\ttab\r',
  String.raw`back\slash\n`,
  'ünï ☃ 𝄞',
  '-n',
  '--',
  '*',
  '~',
  '!x',
  '#c',
  'a;b&c|d',
  '\u001B[0m',
  "'",
  "'\\''",
  '=',
  'x=y z',
  '{}',
];

const echoed = (shell: string, words: readonly string[]): string =>
  // With a pipe of Node's for its input, a socket, bash would read the user's start file.
  spawnSync(shell, ['-c', `printf '%s|' ${words.join(' ')}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout;

describe('quoting', () => {
  it.each(['sh', 'bash'])('for every shell survives %s', (shell) => {
    expect(
      echoed(
        shell,
        values.map((value) => quotePosix(value)),
      ),
    ).toBe(`${values.join('|')}|`);
  });

  it('as GitLab Runner does survives bash, in ASCII', () => {
    const words = values.map((value) => quoteAnsiC(value));
    expect(echoed('bash', words)).toBe(`${values.join('|')}|`);
    expect(words.join('')).toMatch(/^[ -~]*$/);
  });

  it.each([
    ['', "''", "''"],
    ['a/b-c.d,e@f_1', 'a/b-c.d,e@f_1', 'a/b-c.d,e@f_1'],
    ["it's", String.raw`'it'\''s'`, String.raw`$'it\'s'`],
    ['a\n\u001B\\ü', "'a\n\u001B\\ü'", String.raw`$'a\n\x1b\\\xc3\xbc'`],
  ])('%j', (text, posix, ansi) => {
    expect([quotePosix(text), quoteAnsiC(text)]).toEqual([posix, ansi]);
  });

  it.each([quotePosix, quoteAnsiC])('refuses what no shell can hold', (quote) => {
    let thrown: unknown;
    try {
      quote('a\0b');
    } catch (error) {
      thrown = error;
    }
    expect(isRunnerError(thrown) && thrown.code).toBe('MILLRACE_E_SHELL_NUL');
  });
});
