import type { JsonObject, JsonValue } from '@millrace/core';

/** The value as a table; an empty one for anything else. Objects of the API are read without trust in their shape. */
export const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** The value as a list of tables; an empty one for anything else. */
export const list = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];

/** The value as text; empty for anything else. */
export const text = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : '';
