import { suggestionHint, lookupKey, type ConfigProblem } from '@millrace/config';
import type { JsonObject, JsonValue, MemberShape, SettingForm } from '@millrace/core';

/** What reading a value needs besides it. */
export interface FormPlace {
  readonly path: readonly (string | number)[];
  readonly report: (problem: ConfigProblem) => void;
}

const words: Readonly<Record<SettingForm, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  'string-list': 'a list of strings',
  'integer-list': 'a list of whole numbers',
  'string-or-list': 'a string or a list of strings',
  'string-map': 'a table of strings',
  table: 'a table',
  'table-list': 'a list of tables',
};

const isTable = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';

function fits(value: JsonValue, form: SettingForm): boolean {
  switch (form) {
    case 'string':
      return isText(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'string-list':
      return Array.isArray(value) && value.every(isText);
    case 'integer-list':
      return Array.isArray(value) && value.every(Number.isInteger);
    case 'string-or-list':
      return isText(value) || (Array.isArray(value) && value.every(isText));
    case 'string-map':
      return isTable(value) && Object.values(value).every(isText);
    case 'table':
      return isTable(value);
    case 'table-list':
      return Array.isArray(value) && (value as readonly JsonValue[]).every(isTable);
  }
}

/**
 * Checks a peer's value against the form its row says, reports what does not fit, and gives the value with its
 * members named as the row names them.
 * @returns undefined when nothing usable is left
 */
export function readForm(
  value: JsonValue,
  form: SettingForm,
  members: MemberShape | undefined,
  place: FormPlace,
): JsonValue | undefined {
  if (!fits(value, form)) {
    place.report({
      severity: 'error',
      path: place.path,
      message: `must be ${words[form]}, not ${describe(value)}`,
      hint: `write ${words[form]}`,
    });
    return undefined;
  }
  if (members === undefined) return value;
  if (form === 'table') return readTable(value as JsonObject, members, place);
  return (value as readonly JsonObject[]).map((table, index) =>
    readTable(table, members, { ...place, path: [...place.path, index] }),
  );
}

function readTable(table: JsonObject, members: MemberShape, place: FormPlace): JsonObject {
  const known = new Map<string, string>();
  for (const name of Object.keys(members)) {
    const key = lookupKey(table, name);
    if (key !== undefined) known.set(key, name);
  }
  const entries = Object.entries(table).flatMap(
    ([key, value]): readonly (readonly [string, JsonValue])[] => {
      const name = known.get(key);
      const path = [...place.path, key];
      if (name === undefined || value === undefined) {
        place.report({
          severity: 'warning',
          path,
          message: 'unknown key, ignored as the peer does',
          ...suggestionHint(key, Object.keys(members)),
        });
        return [];
      }
      const member = members[name];
      const read =
        member === undefined || typeof member === 'string'
          ? readForm(value, member ?? 'table', undefined, { ...place, path })
          : 'table' in member
            ? readForm(value, 'table', member.table, { ...place, path })
            : readForm(value, 'table-list', member.list, { ...place, path });
      return read === undefined ? [] : [[name, read]];
    },
  );
  return Object.fromEntries(entries);
}

function describe(value: JsonValue): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a table' : `the ${typeof value} ${JSON.stringify(value)}`;
}
