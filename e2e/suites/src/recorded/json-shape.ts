import type { JsonObject, JsonValue } from '@millrace/core';

/** Whether a value is an object, which a list is not. */
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is a list. */
export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value);

/** What a path of members leads to; undefined where it ends early. */
export const member = (
  value: JsonValue | undefined,
  ...path: readonly string[]
): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    value,
  );
