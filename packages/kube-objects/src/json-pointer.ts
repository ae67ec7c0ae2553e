import type { JsonObject, JsonValue } from '@millrace/core';
import { isArray, isObject, memberOf } from './json-values.ts';
import { patchError } from './patch-error.ts';
import { parsePointer } from './pointer.ts';

/** What a change does at its place, by what the place is in. */
export interface Change {
  readonly root: () => JsonValue;
  readonly member: (object: JsonObject, key: string) => JsonValue;
  readonly element: (list: readonly JsonValue[], key: string) => JsonValue;
}

/**
 * Rebuilds the containers along a JSON pointer, the innermost one by `how`.
 * @param missing - how the error begins when there is no such container
 */
export function change(document: JsonValue, path: string, missing: string, how: Change): JsonValue {
  const descend = (value: JsonValue | undefined, steps: readonly string[]): JsonValue => {
    const [key, ...rest] = steps;
    if (key === undefined) return how.root();
    if (isObject(value)) {
      return rest.length === 0
        ? how.member(value, key)
        : { ...value, [key]: descend(memberOf(value, key), rest) };
    }
    if (isArray(value)) {
      if (rest.length === 0) return how.element(value, key);
      const index = listIndex(key, value.length);
      if (index !== undefined) return value.with(index, descend(value[index], rest));
    }
    throw patchError(`${missing}: missing value`);
  };
  return descend(document, stepsOf(path, missing));
}

/** The value at a JSON pointer; undefined when there is none. */
export function read(document: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of stepsOf(path, `doc is missing path: "${path}"`)) {
    if (isObject(value)) {
      value = memberOf(value, key);
    } else if (isArray(value)) {
      const index = listIndex(key, value.length);
      value = index === undefined ? undefined : value[index];
    } else {
      return undefined;
    }
  }
  return value;
}

function stepsOf(path: string, missing: string): readonly string[] {
  const steps = parsePointer(path);
  if (steps === undefined) throw patchError(`${missing}: missing value`);
  return steps;
}

/**
 * A position in a list of `size`; undefined when it is out of bounds.
 * @param context - given where a text that is no number is an error of its own
 */
export function listIndex(key: string, size: number, context?: string): number | undefined {
  if (!/^[+-]?\d+$/u.test(key)) {
    if (context === undefined) return undefined;
    throw patchError(`${context}: strconv.Atoi: parsing "${key}": invalid syntax`);
  }
  const index = Number(key) < 0 ? Number(key) + size : Number(key);
  return index >= 0 && index < size ? index : undefined;
}
