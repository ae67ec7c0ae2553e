import type { JsonValue } from '@millrace/core';
import { isObject, memberOf } from './json-values.ts';
import { patchError } from './patch-error.ts';
import { goText } from './go-text.ts';

/** What tells an element of a list: its merge key's value, or the element itself in a list of plain values. */
export type Identify = (element: JsonValue) => JsonValue;

/**
 * Identifies the elements of a list merged by `key`.
 * @throws RunnerError `MILLRACE_E_PATCH` (when called) for an element without the key
 */
export function identifyBy(key: string | undefined): Identify {
  if (key === undefined) return (element) => element;
  return (element) => {
    const value = isObject(element) ? memberOf(element, key) : undefined;
    if (value === undefined)
      throw patchError(`map: ${goText(element)} does not contain declared merge key: ${key}`);
    return value;
  };
}

/**
 * Orders a merged list. What the patch names comes in the order of the patch, what only the server had in the server's.
 * The two are interleaved by the server's order where it knows both neighbours; where it does not, the patch's comes
 * first. So a new element lands behind its predecessor in the patch, or before everything when it has none.
 */
export function orderMerged(
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  identify: Identify,
): readonly JsonValue[] {
  const patchPlaces = placesOf(patchOrder);
  const serverPlaces = placesOf(serverOrder);
  const serverPlace = (element: JsonValue): number => serverPlaces.get(identify(element)) ?? -1;
  const isNamed = (element: JsonValue): boolean => patchPlaces.has(identify(element));
  const named = sortBy(
    merged.filter(isNamed),
    (element) => patchPlaces.get(identify(element)) ?? -1,
  );
  const unnamed = sortBy(
    merged.filter((element) => !isNamed(element)),
    serverPlace,
  );
  const result: JsonValue[] = [];
  let next = 0;
  for (const element of named) {
    const limit = serverPlace(element);
    for (
      let rival = unnamed[next];
      rival !== undefined && isBefore(serverPlace(rival), limit);
      rival = unnamed[next]
    ) {
      result.push(rival);
      next += 1;
    }
    result.push(element);
  }
  return [...result, ...unnamed.slice(next)];
}

/**
 * Refuses a `$setElementOrder` list that contradicts the patch's own list, or misses an element of it.
 * @throws RunnerError `MILLRACE_E_PATCH`
 */
export function checkElementOrder(
  patch: readonly JsonValue[],
  order: readonly JsonValue[],
  identify: Identify,
): void {
  if (patch.length === 0 || order.length === 0) return;
  const wanted = order.map(identify);
  let position = 0;
  for (const element of patch) {
    if (isObject(element) && Object.hasOwn(element, '$patch')) continue;
    const found = wanted.indexOf(identify(element), position);
    if (found < 0) {
      throw patchError(
        `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
    }
    position = found + 1;
  }
}

const isBefore = (place: number, limit: number): boolean => place >= 0 && place < limit;

function placesOf(order: readonly JsonValue[]): ReadonlyMap<JsonValue, number> {
  const places = new Map<JsonValue, number>();
  for (const [index, identity] of order.entries())
    if (!places.has(identity)) places.set(identity, index);
  return places;
}

function sortBy(elements: readonly JsonValue[], rank: (element: JsonValue) => number): JsonValue[] {
  return elements.toSorted((left, right) => rank(left) - rank(right));
}
