import type { JsonValue } from '@millrace/core';
import { code } from './markdown.ts';

/** The part of JSON Schema that settings of plugins use. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly default?: JsonValue;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** One setting: its dotted path, its type in words, and what counts without it. */
export interface SchemaRow {
  readonly path: string;
  readonly type: string;
  readonly preset: string;
}

interface Place {
  readonly path: string;
  readonly required: boolean;
  /** First path of each table that was shown, by its members. */
  readonly shown: Map<string, string>;
}

/** Rows for the members of a table: plain values by themselves, tables by their members, each kind of table once. */
export function schemaRows(schema: JsonSchema, shown = new Map<string, string>()): SchemaRow[] {
  return membersOf(schema, { path: '', required: false, shown });
}

function rowsOf(schema: JsonSchema, place: Place): SchemaRow[] {
  const { path, required, shown } = place;
  const members = JSON.stringify(schema.properties);
  const first = shown.get(members);
  if (first !== undefined && Object.keys(schema.properties ?? {}).length > 1)
    return [{ path, type: `as ${code(first)}`, preset: '' }];
  if (schema.properties !== undefined) shown.set(members, path);
  const inner = membersOf(schema, place);
  if (inner.length > 0 && alternatives(schema).length === 0) return inner;
  return [{ path, type: typeOf(schema), preset: presetOf(schema, required) }, ...inner];
}

/** Rows below a value; elements that are plain are in its type already. */
function membersOf(schema: JsonSchema, { path, shown }: Place): SchemaRow[] {
  const { properties = {}, required = [], additionalProperties, items } = schema;
  const inside = (part: JsonSchema | boolean | undefined, at: string): SchemaRow[] =>
    typeof part === 'object'
      ? rowsOf(part, { path: at, required: false, shown }).filter(
          (row) => row.path !== at || row.type.startsWith('as '),
        )
      : [];
  return [
    ...Object.entries(properties).flatMap(([name, member]) =>
      rowsOf(member, {
        path: path === '' ? name : `${path}.${name}`,
        required: required.includes(name),
        shown,
      }),
    ),
    ...(Object.keys(properties).length > 0 && typeof additionalProperties === 'object'
      ? rowsOf(additionalProperties, { path: `${path}.*`, required: false, shown })
      : inside(additionalProperties, `${path}.*`)),
    ...inside(items, `${path}[]`),
    ...alternatives(schema).flatMap((choice) => inside(choice, path)),
  ];
}

function presetOf({ default: value }: JsonSchema, required: boolean): string {
  if (value === undefined) return required ? 'needed' : '';
  return shownValue(value);
}

/** A default as it is written; nothing for an empty list or table. */
export function shownValue(value: JsonValue): string {
  const empty = typeof value === 'object' && Object.keys(value ?? {}).length === 0;
  return empty ? '' : code(JSON.stringify(value));
}

const alternatives = ({ anyOf = [], oneOf = [] }: JsonSchema): readonly JsonSchema[] => [
  ...anyOf,
  ...oneOf,
];

function typeOf(schema: JsonSchema): string {
  const choices = alternatives(schema);
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.enum !== undefined)
    return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.type === 'array') return withElement('list', schema.items);
  if (schema.type === 'object') return withElement('table', schema.additionalProperties);
  return schema.type ?? 'any';
}

const withElement = (kind: string, element: JsonSchema | boolean | undefined): string =>
  typeof element === 'object' ? `${kind} of ${typeOf(element)}` : kind;
