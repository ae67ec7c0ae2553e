import { RunnerError, type JsonObject } from '@millrace/core';
import { flagValue, withValue } from './flag-value.ts';
import type { RunnerFlag } from './runner-flags.ts';

/** What was given for the flags: by a flag's own path. */
export type GivenFlags = ReadonlyMap<RunnerFlag, readonly string[]>;

/**
 * The table of a runner as flags and the environment describe it; a flag wins over its variable, and an empty variable
 * is none.
 * @throws RunnerError `MILLRACE_E_CONFIG` that names the flag or the variable whose value is not of its form
 */
export function runnerOfFlags(
  flags: readonly RunnerFlag[],
  given: GivenFlags,
  environment: NodeJS.ProcessEnv,
): JsonObject {
  let table: JsonObject = {};
  for (const flag of flags) {
    const variable = flag.environment === undefined ? '' : (environment[flag.environment] ?? '');
    const texts = given.get(flag) ?? (variable === '' ? [] : [variable]);
    if (texts.length === 0) continue;
    const value = flagValue(flag, texts);
    if (value === undefined) {
      const name = given.has(flag) ? `--${flag.names[0] ?? ''}` : (flag.environment ?? '');
      throw new RunnerError(`${name}: ${JSON.stringify(texts.at(-1))} is not ${words[flag.form]}`, {
        code: 'MILLRACE_E_CONFIG',
        kind: 'config',
        hint: `give ${words[flag.form]}`,
      });
    }
    table = withValue(table, flag.path, value);
  }
  return table;
}

const words = {
  string: 'a text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  'string-list': 'a text',
  'integer-list': 'a whole number',
  'string-or-list': 'a text',
  'string-map': 'key:value',
  table: 'a JSON object',
  'table-list': 'a JSON list of objects',
} as const;
