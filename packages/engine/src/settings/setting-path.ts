import type { JsonObject, JsonValue } from '@millrace/core';

/** A path in a plugin's settings. */
export type SettingPath = readonly (string | number)[];

/** Splits a dotted path of a binding row. */
export const splitPath = (dotted: string): readonly string[] => dotted.split('.');

const isTable = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path, or undefined. */
export function valueAt(settings: JsonValue | undefined, path: SettingPath): JsonValue | undefined {
  let current: JsonValue | undefined = settings;
  for (const segment of path) {
    if (Array.isArray(current)) current = (current as readonly JsonValue[])[Number(segment)];
    else if (isTable(current))
      current = Object.hasOwn(current, segment) ? current[String(segment)] : undefined;
    else return undefined;
  }
  return current;
}

/** A copy with another value at a path; tables on the way are made. */
export function withValue(
  settings: JsonValue | undefined,
  path: SettingPath,
  value: JsonValue,
): JsonValue {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(settings)) {
    const list = [...(settings as readonly JsonValue[])];
    list[Number(segment)] = withValue(list[Number(segment)], rest, value);
    return list;
  }
  const table = isTable(settings) ? settings : {};
  return {
    ...table,
    [String(segment)]: withValue(
      Object.hasOwn(table, segment) ? table[String(segment)] : undefined,
      rest,
      value,
    ),
  };
}

/** Paths of all values that are not tables; an empty table is one too. */
export function leafPaths(
  value: JsonValue | undefined,
  path: SettingPath = [],
): readonly SettingPath[] {
  if (!isTable(value) || Object.keys(value).length === 0) return value === undefined ? [] : [path];
  return Object.entries(value).flatMap(([key, member]) => leafPaths(member, [...path, key]));
}

/** Applies `change` to every string under the named members (everywhere when none are named). */
export function mapStrings(
  value: JsonValue,
  change: (text: string) => string,
  members?: readonly string[],
  inside: boolean = members === undefined,
): JsonValue {
  if (typeof value === 'string') return inside ? change(value) : value;
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => mapStrings(item, change, members, inside));
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member === undefined
        ? undefined
        : mapStrings(member, change, members, inside || (members?.includes(key) ?? false)),
    ]),
  );
}
