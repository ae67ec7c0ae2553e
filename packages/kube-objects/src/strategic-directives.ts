import type { JsonObject, JsonValue } from '@millrace/core';
import { goText } from './go-text.ts';
import { isArray, isObject, memberOf, membersOf } from './json-values.ts';
import { patchError } from './patch-error.ts';
import { identifyBy } from './strategic-list-order.ts';

/** What to do with the object it stands in: `replace` or `delete`. */
export const patchDirective = '$patch';
/** Prefix of a member that gives the order of a list's elements. */
export const orderPrefix = '$setElementOrder/';
/** Prefix of a member that takes values out of a list of plain values. */
export const deletePrefix = '$deleteFromPrimitiveList/';
const retainKeys = '$retainKeys';

/** True for the members that steer a merge and are no fields. */
export function isDirective(key: string): boolean {
  return (
    key === patchDirective ||
    key === retainKeys ||
    key.startsWith(orderPrefix) ||
    key.startsWith(deletePrefix)
  );
}

/** A list's own elements that stay, and those of the patch that are to be merged into them. */
export interface ListChange {
  readonly kept: readonly JsonValue[];
  readonly additions: readonly JsonValue[];
}

/** Obeys elements such as `{ $patch: delete, name: helper }` and `{ $patch: replace }`. */
export function applyElementDirectives(
  original: readonly JsonValue[],
  patch: readonly JsonValue[],
  key: string | undefined,
): ListChange {
  const identify = identifyBy(key);
  let kept = original;
  let replace = false;
  const additions: JsonValue[] = [];
  for (const element of patch) {
    const order = isObject(element) ? memberOf(element, patchDirective) : undefined;
    if (order === undefined) {
      additions.push(element);
    } else if (order === 'delete') {
      const identity = identify(element);
      kept = kept.filter((candidate) => identify(candidate) !== identity);
    } else if (order === 'replace') {
      replace = true;
    } else if (order === 'merge') {
      throw patchError('merging lists cannot yet be specified in the patch');
    } else {
      throw badDirective(order, element);
    }
  }
  return replace
    ? { kept: additions.map((element) => cleaned(element) ?? element), additions: [] }
    : { kept, additions };
}

/** Obeys `$retainKeys`: only the keys it lists stay, and the patch may set no others. */
export function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = memberOf(patch, retainKeys);
  if (keys === undefined) return original;
  const isStray = ([key, value]: [string, JsonValue]): boolean =>
    value !== null && !isDirective(key) && !(isArray(keys) && keys.includes(key));
  if (!isArray(keys) || membersOf(patch).some(isStray))
    throw patchError('invalid patch format of retainKeys');
  return Object.fromEntries(membersOf(original).filter(([key]) => keys.includes(key)));
}

/**
 * A patch's value for a place where there was nothing: nulls and directives have nothing to act on. An object with
 * `$patch` goes whole, its other members too, as in Kubernetes.
 */
export function cleaned(value: JsonValue): JsonValue | undefined {
  if (isArray(value)) return value.map(cleaned).filter((element) => element !== undefined);
  if (!isObject(value)) return value;
  return Object.hasOwn(value, patchDirective) ? undefined : withoutDirectives(value);
}

/** An object of a patch as the object it stands for. */
export function withoutDirectives(object: JsonObject): JsonObject {
  const members = membersOf(object).flatMap(([key, value]): [string, JsonValue][] => {
    if (value === null || isDirective(key)) return [];
    const kept = cleaned(value);
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(members);
}

/** A `$patch` that means nothing where it stands. */
export function badDirective(order: JsonValue, patch: JsonValue): Error {
  return patchError(`unknown patch type: ${goText(order)} in map: ${goText(patch)}`);
}
