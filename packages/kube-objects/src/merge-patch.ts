import type { JsonObject, JsonValue } from '@millrace/core';
import { isObject, memberOf, membersOf } from './json-values.ts';

/**
 * Applies a JSON merge patch (RFC 7386): objects are merged, `null` removes, everything else replaces, lists as a whole.
 * Neither argument is changed; unchanged parts are shared with the result.
 */
export function applyMergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result = new Map<string, JsonValue>(isObject(document) ? membersOf(document) : []);
  const original: JsonObject = isObject(document) ? document : {};
  for (const [key, value] of membersOf(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, applyMergePatch(memberOf(original, key) ?? null, value));
  }
  return Object.fromEntries(result);
}
