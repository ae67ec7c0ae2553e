import type { JsonObject, JsonValue } from '@millrace/core';

type Maybe = JsonValue | undefined;

/** True for a JSON object, false for arrays and null. */
export const isRecord = (value: Maybe): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys, or undefined where the path ends early. */
export function at(value: Maybe, ...path: readonly string[]): Maybe {
  let current = value;
  for (const key of path) {
    if (!isRecord(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** The string at a path; `''` when there is none, as Go's zero value. */
export function text(value: Maybe, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A scalar as text; `''` for anything else. */
export const scalarText = (value: Maybe): string =>
  typeof value === 'object' || value === undefined ? '' : String(value);

/** The number at a path, or undefined. */
export function count(value: Maybe, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The object at a path; empty when there is none. */
export function record(value: Maybe, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isRecord(found) ? found : {};
}

/** The objects of the list at a path; empty when there is none. */
export function records(value: Maybe, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item: JsonValue) => isRecord(item)) : [];
}

/** The strings of the list at a path; empty when there is none. */
export function texts(value: Maybe, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item: JsonValue) => typeof item === 'string') : [];
}

/** The string values of the object at a path, such as labels. */
export function stringMap(
  value: Maybe,
  ...path: readonly string[]
): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(record(value, ...path))) {
    if (typeof item === 'string') result[key] = item;
  }
  return result;
}

/** The object without the keys whose value is undefined, which JSON cannot carry. */
export function compact(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

/** Structural equality of two JSON values; the order of keys does not matter. */
export function sameJson(left: Maybe, right: Maybe): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((item: JsonValue, index) => sameJson(item, right[index] as Maybe))
    );
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(left[key], right[key]));
}

/** Freezes a JSON value all the way down; what is already frozen is taken to be so throughout. */
export function deepFreeze<Value extends Maybe>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}
