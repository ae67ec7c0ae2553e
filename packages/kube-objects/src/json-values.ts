import type { JsonArray, JsonObject, JsonValue } from '@millrace/core';

/** True for a JSON object, and for nothing else. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** `Array.isArray` that keeps the type of a readonly array. */
export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** An object's own member: what `__proto__` or `toString` inherit is not there. */
export function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object's members, without those that are undefined: JSON does not have them. */
export function membersOf(object: JsonObject): [string, JsonValue][] {
  return Object.entries(object).filter(
    (member): member is [string, JsonValue] => member[1] !== undefined,
  );
}

/** The object without one member. */
export function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(membersOf(object).filter(([name]) => name !== key));
}

/** Equality of JSON values; the order of an object's members does not count. */
export function jsonEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (isArray(left)) {
    return (
      isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => jsonEqual(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const members = membersOf(left);
  if (members.length !== membersOf(right).length) return false;
  return members.every(([key, value]) => jsonEqual(value, memberOf(right, key)));
}
