import { RunnerError, type SchemaIssue, type StandardSchema } from '@millrace/core';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblem, PositionOf } from './config-problem.ts';
import { suggestionHint } from './suggest.ts';

/** Where the checked value sits, and what its author may have meant. */
export interface CheckPlace {
  readonly path: ConfigPath;
  readonly positionOf?: PositionOf;
  /** The keys a table may have, by its path below `path`; for "did you mean". */
  readonly knownKeys?: (path: ConfigPath) => readonly string[];
}

/** The schema's output, or everything that is wrong. */
export type CheckResult<Output> =
  | { readonly value: Output }
  | { readonly problems: readonly ConfigProblem[] };

/**
 * Runs any Standard Schema and gives its issues their place in the file. A value that is missing gets the place of the
 * nearest table that is there.
 * @throws RunnerError `MILLRACE_E_CONFIG_SCHEMA` when the schema is asynchronous
 */
export function checkSchema<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  place: CheckPlace,
): CheckResult<Output> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // The outcome is not used, so a later rejection must not end the process.
    result.catch(() => undefined);
    throw new RunnerError(`the ${schema['~standard'].vendor} schema is asynchronous`, {
      code: 'MILLRACE_E_CONFIG_SCHEMA',
      kind: 'config',
      hint: 'remove asynchronous refinements and transforms: settings are checked before anything runs',
    });
  }
  return result.issues === undefined
    ? { value: result.value }
    : { problems: result.issues.flatMap((issue) => problemsOf(issue, place)) };
}

function problemsOf(issue: SchemaIssue, place: CheckPlace): readonly ConfigProblem[] {
  const below = (issue.path ?? []).map((segment) =>
    toSegment(typeof segment === 'object' ? segment.key : segment),
  );
  const unknownKeys = unrecognizedKeys(issue);
  if (unknownKeys === undefined)
    return [problemAt([...place.path, ...below], issue.message, place, {})];
  const known = place.knownKeys?.(below) ?? [];
  return unknownKeys.map((key) =>
    problemAt([...place.path, ...below, key], 'unknown key', place, suggestionHint(key, known)),
  );
}

function problemAt(
  path: ConfigPath,
  message: string,
  { positionOf }: CheckPlace,
  hint: { readonly hint?: string },
): ConfigProblem {
  const position = positionOf === undefined ? undefined : nearestPosition(path, positionOf);
  return { severity: 'error', message, path, position, ...hint };
}

/** The place of the value, or of the closest one around it that the file contains. */
export function nearestPosition(path: ConfigPath, positionOf: PositionOf): ReturnType<PositionOf> {
  for (let length = path.length; length >= 0; length -= 1) {
    const position = positionOf(path.slice(0, length));
    if (position !== undefined) return position;
  }
  return undefined;
}

/** zod 4 reports all unknown keys of a table in one issue. */
function unrecognizedKeys(issue: SchemaIssue): readonly string[] | undefined {
  if (
    !('code' in issue) ||
    issue.code !== 'unrecognized_keys' ||
    !('keys' in issue) ||
    !Array.isArray(issue.keys)
  )
    return undefined;
  return issue.keys.filter((key) => typeof key === 'string');
}

const toSegment = (key: PropertyKey): string | number =>
  typeof key === 'symbol' ? String(key) : key;
