import type { JsonValue } from '@millrace/core';
import { isArray, isObject } from './json-values.ts';

/** A JSON value as Go's `%v` prints it, for error texts that users compare: `map[name:build ports:[80 443]]`. */
export function goText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${goText(value[key])}`);
  return `map[${members.join(' ')}]`;
}
