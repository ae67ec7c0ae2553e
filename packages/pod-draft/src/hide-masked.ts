import type { JsonValue } from '@millrace/core';
import { isList, isObject } from './json-value.ts';
import { REDACTED } from './redact.ts';

/** A text without the given values, the longest first. */
export function hideMasked(text: string, masks: readonly string[]): string {
  return masks
    .filter((mask) => mask !== '')
    .toSorted((left, right) => right.length - left.length)
    .reduce((current, mask) => current.replaceAll(mask, REDACTED), text);
}

/** A value whose texts are without the given values; names of members stay. */
export function hideMaskedIn(value: JsonValue, masks: readonly string[]): JsonValue {
  if (typeof value === 'string') return hideMasked(value, masks);
  if (isList(value)) return value.map((element) => hideMaskedIn(element, masks));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member === undefined ? undefined : hideMaskedIn(member, masks),
    ]),
  );
}
