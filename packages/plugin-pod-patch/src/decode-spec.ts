import type { JsonObject, JsonValue } from '@millrace/core';
import { decodeObject, type DecodedObject } from '@millrace/kube-objects';
import { isObject } from './json-kind.ts';

/** Begins strings that stand for placeholders meanwhile; no text of a configuration can contain it. */
const mark = '\u0000millrace:';

/**
 * A pod's `spec` as the API server would read it. Values that only the run knows are kept: they stand where strings
 * do.
 * @throws RunnerError as `decodeObject`
 */
export function decodeSpec(spec: JsonObject): DecodedObject {
  const { object, unknownFields } = decodeObject(replaced(spec, hidden) as JsonObject, 'PodSpec');
  return { object: replaced(object, shown) as JsonObject, unknownFields };
}

type Replacement = (value: JsonValue) => JsonValue | undefined;

const hidden: Replacement = (value) =>
  isObject(value) && typeof value['$millrace'] === 'string'
    ? `${mark}${JSON.stringify(value)}`
    : undefined;

const shown: Replacement = (value) =>
  typeof value === 'string' && value.startsWith(mark)
    ? (JSON.parse(value.slice(mark.length)) as JsonValue)
    : undefined;

function replaced(value: JsonValue, replacement: Replacement): JsonValue {
  const other = replacement(value);
  if (other !== undefined) return other;
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => replaced(item, replacement));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === undefined ? [] : [[key, replaced(member, replacement)] as const],
    ),
  );
}
