import type { JsonObject, JsonValue } from '@millrace/core';

/** The value as a table; an empty one for anything else. */
export const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
