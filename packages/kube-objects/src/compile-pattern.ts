import { RunnerError } from '@millrace/core';
import { RE2JS } from 're2js';

/** A regular expression in RE2 syntax, the one of Go: no look-around, no back references, and linear time. */
export interface Pattern {
  readonly source: string;
  /** Whether the expression matches anywhere in the text. */
  readonly test: (text: string) => boolean;
  /** Whether it matches the whole text. */
  readonly matches: (text: string) => boolean;
}

/**
 * Compiles an expression that an operator or a job's author wrote.
 * @throws RunnerError `MILLRACE_E_PATTERN` with RE2's own explanation
 */
export function compilePattern(source: string): Pattern {
  const expression = compile(source);
  return {
    source,
    test: (text) => expression.test(text),
    matches: (text) => expression.testExact(text),
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RunnerError(why, {
      code: 'MILLRACE_E_PATTERN',
      kind: 'config',
      details: { pattern: source },
      cause: error,
    });
  }
}
