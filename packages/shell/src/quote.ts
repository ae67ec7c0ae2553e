import { RunnerError } from '@millrace/core';

/** How words are quoted: `posix` for every shell; `ansi-c` as GitLab Runner does, which bash and ksh understand. */
export type Quoting = 'posix' | 'ansi-c';

/**
 * One word of POSIX shell that stands for `text`, whatever it holds.
 * @throws RunnerError `MILLRACE_E_SHELL_NUL` for a NUL character, which no shell can hold
 */
export function quotePosix(text: string): string {
  refuseNul(text);
  return isBare(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * One word of bash that stands for `text`: `$'…'` with escapes, pure ASCII. Not for dash, which takes the `$` literally.
 * @throws RunnerError `MILLRACE_E_SHELL_NUL` for a NUL character, which no shell can hold
 */
export function quoteAnsiC(text: string): string {
  refuseNul(text);
  if (text === '') return "''";
  if (isBare(text)) return text;
  // One character is one byte.
  const bytes = Buffer.from(text).toString('latin1');
  return `$'${bytes.replaceAll(/[^ -&(-[\]-~]/g, (byte) => escapeByte(byte))}'`;
}

/** Quotes by name. */
export function quoteWord(text: string, quoting: Quoting): string {
  return quoting === 'posix' ? quotePosix(text) : quoteAnsiC(text);
}

const named: Readonly<Record<string, string>> = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\v': String.raw`\v`,
  '\f': String.raw`\f`,
  '\r': String.raw`\r`,
  "'": String.raw`\'`,
  '\\': String.raw`\\`,
};

function escapeByte(byte: string): string {
  return named[byte] ?? String.raw`\x` + byte.charCodeAt(0).toString(16).padStart(2, '0');
}

/** GitLab Runner: words of these characters alone are not quoted. */
function isBare(text: string): boolean {
  return /^[,\-./0-9@A-Z_a-z]+$/.test(text);
}

function refuseNul(text: string): void {
  if (!text.includes('\0')) return;
  throw new RunnerError(
    'a value for the job script holds a NUL character, which no shell can pass on',
    {
      code: 'MILLRACE_E_SHELL_NUL',
      kind: 'user',
      reason: 'configuration_error',
      hint: 'Remove the NUL character from the variable or command.',
    },
  );
}
