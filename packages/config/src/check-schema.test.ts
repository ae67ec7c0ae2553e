import type { SchemaIssue, SchemaResult, StandardSchema } from '@millrace/core';
import { expect, it } from 'vitest';
import { checkSchema } from './check-schema.ts';
import { parseToml } from './parse-toml.ts';

const schemaOf = (
  validate: () => SchemaResult<string> | Promise<SchemaResult<string>>,
): StandardSchema<unknown, string> => ({
  '~standard': { version: 1, vendor: 'test', validate },
});
const failing = (...issues: readonly SchemaIssue[]) => schemaOf(() => ({ issues }));
const { value, positionOf } = parseToml(
  '[runners]\n[runners.dns]\npolicy = 1\npolicey = 2',
  'c.toml',
);
const place = { path: ['runners', 'dns'], positionOf };

it('gives the output of the schema', () => {
  expect(
    checkSchema(
      schemaOf(() => ({ value: 'x' })),
      value,
      place,
    ),
  ).toEqual({ value: 'x' });
});

it.each<[string, SchemaIssue, object]>([
  [
    'an issue, at its key',
    { message: 'expected a string', path: ['policy'] },
    { path: ['runners', 'dns', 'policy'], position: { file: 'c.toml', line: 3, column: 1 } },
  ],
  [
    'an issue whose path has key objects',
    { message: 'bad', path: [{ key: 'policy' }] },
    { path: ['runners', 'dns', 'policy'] },
  ],
  [
    'a missing key, at the table that lacks it',
    { message: 'required', path: ['servers', 0] },
    { path: ['runners', 'dns', 'servers', 0], position: { file: 'c.toml', line: 2, column: 10 } },
  ],
  [
    'an issue without a path, at the checked value',
    { message: 'bad' },
    { path: ['runners', 'dns'], position: { file: 'c.toml', line: 2, column: 10 } },
  ],
])('places %s', (_case, issue, expected) => {
  expect(checkSchema(failing(issue), value, place)).toEqual({
    problems: [expect.objectContaining({ severity: 'error', message: issue.message, ...expected })],
  });
});

it('names every unknown key of zod, with what may have been meant', () => {
  const issue = {
    message: 'Unrecognized keys',
    path: [],
    code: 'unrecognized_keys',
    keys: ['policey', 'zzz'],
  };
  const result = checkSchema(failing(issue), value, {
    ...place,
    knownKeys: () => ['policy', 'servers'],
  });
  expect(result).toEqual({
    problems: [
      {
        severity: 'error',
        message: 'unknown key',
        path: ['runners', 'dns', 'policey'],
        position: { file: 'c.toml', line: 4, column: 1 },
        hint: 'did you mean "policy"?',
      },
      {
        severity: 'error',
        message: 'unknown key',
        path: ['runners', 'dns', 'zzz'],
        position: { file: 'c.toml', line: 2, column: 10 },
      },
    ],
  });
});

it('refuses an asynchronous schema, by name', () => {
  const schema = schemaOf(() => Promise.reject(new Error('late')));
  expect(() => checkSchema(schema, value, place)).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_CONFIG_SCHEMA',
      message: 'the test schema is asynchronous',
    }),
  );
});
