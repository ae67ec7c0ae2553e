import { expect, it } from 'vitest';
import { schemaRows, type JsonSchema } from './schema-rows.ts';

const text: JsonSchema = { type: 'string' };
const pair: JsonSchema = { type: 'object', properties: { a: text, b: text } };
const shown = (member: JsonSchema, required: readonly string[] = []): readonly string[] =>
  schemaRows({ type: 'object', properties: { m: member }, required }).map(
    ({ path, type, preset }) => [path, type, preset].join(' | ').trimEnd(),
  );

it.each<[string, JsonSchema, readonly string[]]>([
  ['a value', { type: 'string', default: 'x' }, ['m | string | `"x"`']],
  ['a choice of words', { enum: ['a', 'b'] }, ['m | `"a"`, `"b"` |']],
  ['a list of plain values', { type: 'array', items: text, default: [] }, ['m | list of string |']],
  ['a list of tables', { type: 'array', items: pair }, ['m[].a | string |', 'm[].b | string |']],
  ['names with values', { type: 'object', additionalProperties: text }, ['m | table of string |']],
  [
    'names with tables',
    { type: 'object', additionalProperties: pair },
    ['m.*.a | string |', 'm.*.b | string |'],
  ],
  [
    'alternatives, of which one is a table',
    { anyOf: [text, pair] },
    ['m | string or table |', 'm.a | string |', 'm.b | string |'],
  ],
  [
    'a table that was shown before',
    { type: 'object', properties: { x: pair, y: pair, z: { type: 'array', items: pair } } },
    ['m.x.a | string |', 'm.x.b | string |', 'm.y | as `m.x` |', 'm.z[] | as `m.x` |'],
  ],
])('shows %s', (_what, schema, rows) => {
  expect(shown(schema)).toEqual(rows);
});

it('says what is needed', () => {
  expect(shown(text, ['m'])).toEqual(['m | string | needed']);
});
