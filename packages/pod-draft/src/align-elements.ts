import type { JsonArray, JsonValue } from '@millrace/core';
import { canonicalText, isObject } from './json-value.ts';

/**
 * Which old element each new one is: an equal one, else one with the same key, else, in lists without a key, the one
 * that stood at the same place. Undefined for an element that was not there.
 */
export function alignElements(
  before: JsonArray,
  after: JsonArray,
  key: string | undefined,
): readonly (number | undefined)[] {
  const origins = after.map((): number | undefined => undefined);
  const free = new Set(before.keys());
  const match = (isSame: (origin: number, index: number) => boolean): void => {
    for (const index of after.keys()) {
      if (origins[index] !== undefined) continue;
      const origin = [...free].find((candidate) => isSame(candidate, index));
      if (origin === undefined) continue;
      origins[index] = origin;
      free.delete(origin);
    }
  };
  const texts = (list: JsonArray): readonly string[] =>
    list.map((element) => canonicalText(element));
  const [oldTexts, newTexts] = [texts(before), texts(after)];
  match((origin, index) => oldTexts[origin] === newTexts[index]);
  if (key === undefined) match((origin, index) => origin === index);
  else {
    match((origin, index) => {
      const name = memberText(before[origin], key);
      return name !== undefined && name === memberText(after[index], key);
    });
  }
  return origins;
}

function memberText(element: JsonValue | undefined, key: string): string | undefined {
  const member = isObject(element) ? element[key] : undefined;
  return member === undefined ? undefined : canonicalText(member);
}
