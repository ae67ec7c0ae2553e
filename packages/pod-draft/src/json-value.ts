import type { JsonArray, JsonObject, JsonValue } from '@millrace/core';

/** Whether a value is a list. */
export function isList(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Whether a value has members. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value stands for one that only the run knows; it is one value, not an object to merge. */
export function isPlaceholder(value: JsonValue | undefined): boolean {
  return isObject(value) && typeof value['$millrace'] === 'string';
}

/** Members that are set, sorted by name. */
export function sortedMembers(value: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.entries(value)
    .filter((member): member is [string, JsonValue] => member[1] !== undefined)
    .toSorted(([left], [right]) => compareText(left, right));
}

/** The same value with the members of all its objects sorted by name; lists keep their order. */
export function canonicalValue(value: JsonValue): JsonValue {
  if (isList(value)) return value.map((element) => canonicalValue(element));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    sortedMembers(value).map(([name, member]) => [name, canonicalValue(member)]),
  );
}

/** Text that two values share when they are equal, whatever the order of their members. */
export function canonicalText(value: JsonValue): string {
  return JSON.stringify(canonicalValue(value));
}

/** Order by UTF-16 code units: the same everywhere, unlike `localeCompare`. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
