import type { JsonValue } from '@millrace/core';
import { difference } from './compare-values.ts';
import { isList, isObject } from './json-shape.ts';

type Maybe = JsonValue | undefined;

/**
 * Fields of a planned object that the stored one does not have with the same value, one line each. What the server adds
 * is not looked at: members, and elements between the planned ones of a list.
 */
export function missingFields(where: string, planned: Maybe, stored: Maybe): readonly string[] {
  if (planned === undefined || planned === null) return [];
  if (isList(planned)) return missingElements(where, planned, stored);
  if (isObject(planned)) {
    // Server-side defaulting drops empty structs.
    if (stored === undefined && Object.keys(planned).length === 0) return [];
    if (!isObject(stored)) return [difference(where, planned, stored)];
    return Object.entries(planned).flatMap(([key, value]) =>
      missingFields(`${where}/${key}`, value, stored[key]),
    );
  }
  return planned === stored ? [] : [difference(where, planned, stored)];
}

function missingElements(
  where: string,
  planned: readonly JsonValue[],
  stored: Maybe,
): readonly string[] {
  if (planned.length === 0) return [];
  if (!isList(stored)) return [difference(where, planned, stored)];
  let from = 0;
  for (const [at, element] of planned.entries()) {
    const found = stored.findIndex(
      (other, place) => place >= from && missingFields(where, element, other).length === 0,
    );
    if (found < 0) return [...missingFields(`${where}/${at}`, element, stored[from])];
    from = found + 1;
  }
  return [];
}
