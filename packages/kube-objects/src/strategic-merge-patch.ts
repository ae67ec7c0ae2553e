import type { JsonObject, JsonValue } from '@millrace/core';
import type { FieldSpec } from './field-spec.ts';
import { isArray, isObject, memberOf, membersOf } from './json-values.ts';
import { elementOf, fieldOf, isObjectType } from './object-types.ts';
import { patchError } from './patch-error.ts';
import {
  applyElementDirectives,
  badDirective,
  cleaned,
  deletePrefix,
  isDirective,
  orderPrefix,
  patchDirective,
  retained,
  withoutDirectives,
} from './strategic-directives.ts';
import { checkElementOrder, identifyBy, orderMerged } from './strategic-list-order.ts';

/**
 * Applies a Kubernetes strategic merge patch: like a merge patch, but lists with a merge key are merged element by
 * element. Understands `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`. Neither argument
 * is changed.
 * @param typeName - what the document is: `Pod`, `PodSpec`, `Secret`, …
 * @throws RunnerError `MILLRACE_E_PATCH` for a type whose fields are not known, or a patch that contradicts itself
 */
export function applyStrategicMergePatch(
  document: JsonObject,
  patch: JsonObject,
  typeName: string,
): JsonObject {
  if (!isObjectType(typeName)) throw patchError('strategic merge patch format is not supported');
  return mergeObject(document, patch, typeName);
}

/** @param typeName - undefined below what the field table describes; lists are replaced there */
function mergeObject(
  original: JsonObject,
  patch: JsonObject,
  typeName: string | undefined,
): JsonObject {
  const order = memberOf(patch, patchDirective);
  if (order === 'replace') return withoutDirectives(patch);
  if (order === 'delete') return {};
  if (order !== undefined) throw badDirective(order, patch);

  const result = new Map(membersOf(retained(original, patch)));
  const ordered = new Set<string>();
  const specOf = (field: string): FieldSpec | undefined =>
    typeName === undefined ? undefined : fieldOf(typeName, field);
  for (const [key, value] of membersOf(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const field = key.slice(orderPrefix.length);
    ordered.add(field);
    const list = mergeOrderedList(result.get(field), memberOf(patch, field), value, specOf(field));
    if (list !== undefined) result.set(field, list);
  }
  for (const [key, value] of membersOf(patch)) {
    if (key.startsWith(deletePrefix)) {
      deleteValues(result, key.slice(deletePrefix.length), value);
    } else if (isDirective(key) || ordered.has(key)) {
      continue;
    } else if (value === null) {
      result.delete(key);
    } else {
      const merged = mergeField(result.get(key), value, specOf(key));
      if (merged === undefined) result.delete(key);
      else result.set(key, merged);
    }
  }
  return Object.fromEntries(result);
}

/** @returns undefined when the field is not to be there */
function mergeField(
  original: JsonValue | undefined,
  patch: JsonValue,
  spec: FieldSpec | undefined,
): JsonValue | undefined {
  if (isObject(original) && isObject(patch)) {
    if (spec?.merge === false) return withoutDirectives(patch);
    return mergeObject(original, patch, spec?.type === 'object' ? spec.of : undefined);
  }
  if (isArray(original) && isArray(patch) && spec?.merge === true)
    return mergeList(original, patch, spec);
  return cleaned(patch);
}

function mergeList(
  original: readonly JsonValue[],
  patch: readonly JsonValue[],
  spec: FieldSpec,
): readonly JsonValue[] {
  const identify = identifyBy(spec.key);
  const { kept, additions } = applyElementDirectives(original, patch, spec.key);
  const merged = [...kept];
  for (const element of additions) {
    const identity = identify(element);
    const index = merged.findIndex((candidate) => identify(candidate) === identity);
    if (index < 0) merged.push(cleaned(element) ?? element);
    else merged[index] = mergeElement(merged[index], element, spec);
  }
  return orderMerged(merged, additions.map(identify), kept.map(identify), identify);
}

function mergeElement(
  original: JsonValue | undefined,
  patch: JsonValue,
  spec: FieldSpec,
): JsonValue {
  return mergeField(original, patch, elementOf(spec)) ?? patch;
}

function mergeOrderedList(
  original: JsonValue | undefined,
  patch: JsonValue | undefined,
  order: JsonValue,
  spec: FieldSpec | undefined,
): JsonValue | undefined {
  for (const list of [original, patch, order]) {
    if (list !== undefined && !isArray(list))
      throw patchError('invalid patch format of setElementOrder list');
  }
  if (!isArray(order)) return undefined;
  const originalList = isArray(original) ? original : undefined;
  const patchList = isArray(patch) ? patch : undefined;
  const identify = identifyBy(spec?.key);
  checkElementOrder(patchList ?? [], order, identify);
  if (originalList === undefined && patchList === undefined) return undefined;
  const merged = patchList === undefined ? originalList : mergeField(originalList, patchList, spec);
  const serverOrder = (originalList ?? []).map(identify);
  return isArray(merged) ? orderMerged(merged, order.map(identify), serverOrder, identify) : merged;
}

function deleteValues(result: Map<string, JsonValue>, field: string, values: JsonValue): void {
  const list = result.get(field);
  if (list === undefined) return;
  if (!isArray(values) || !isArray(list))
    throw patchError('invalid patch format of primitive list');
  result.set(
    field,
    list.filter((element) => !values.includes(element)),
  );
}
