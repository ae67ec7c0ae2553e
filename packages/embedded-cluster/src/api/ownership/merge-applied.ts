import type { JsonValue } from '@millrace/core';
import { isRecord } from '../../store/json.ts';
import { noFields, type FieldSet } from './field-set.ts';
import { shapeBelow } from './owned-fields.ts';
import { stepToItem, type Shape } from './shape.ts';

/** Lays an applied configuration over an object: what it says counts, what it does not say stays. */
export function mergeApplied(
  live: JsonValue | undefined,
  applied: JsonValue,
  shape: Shape,
): JsonValue {
  if (shape.kind === 'list' && Array.isArray(applied))
    return mergeList(Array.isArray(live) ? live : [], applied, shape);
  if (shape.kind === 'leaf' || shape.kind === 'list' || !isRecord(applied)) return applied;
  const result = new Map(Object.entries(isRecord(live) ? live : {}));
  for (const [key, value] of Object.entries(applied)) {
    if (value === undefined) continue;
    const below = shapeBelow(shape, `f:${key}`) ?? { kind: 'leaf' };
    result.set(key, mergeApplied(result.get(key), value, below));
  }
  return Object.fromEntries(result);
}

/**
 * Items that both have come in the order of the configuration; the object's own stay where they are between them.
 */
function mergeList(
  live: readonly JsonValue[],
  applied: readonly JsonValue[],
  { keys, element }: Shape & { readonly kind: 'list' },
): JsonValue {
  const step = (item: JsonValue): string => stepToItem(item, keys);
  const existing = new Map(live.map((item) => [step(item), item]));
  const wanted = new Set(applied.map(step));
  const shared = applied.map(step).filter((item) => existing.has(item));
  const result: JsonValue[] = [];
  let next = 0;
  /** Takes the configuration's items up to and including one. */
  const takeUntil = (last: string | undefined): void => {
    for (; next < applied.length; next += 1) {
      const item = applied[next];
      if (item === undefined) continue;
      result.push(mergeApplied(existing.get(step(item)), item, element));
      if (step(item) === last) {
        next += 1;
        return;
      }
    }
  };
  let place = 0;
  for (const item of live) {
    if (!wanted.has(step(item))) result.push(item);
    else if (step(item) === shared[place]) {
      takeUntil(shared[place]);
      place += 1;
    }
  }
  takeUntil(undefined);
  return result;
}

/** The value without some fields; what is left empty by that goes too. */
export function removeFields(value: JsonValue, fields: FieldSet, shape: Shape): JsonValue {
  const below = (step: string): FieldSet => fields.children.get(step) ?? noFields;
  const kept = (step: string, item: JsonValue): JsonValue =>
    removeFields(item, below(step), shapeBelow(shape, step) ?? { kind: 'leaf' });
  if (fields.children.size === 0) return value;
  if (shape.kind === 'list' && Array.isArray(value)) {
    const { keys } = shape;
    return (value as readonly JsonValue[])
      .filter((item) => !below(stepToItem(item, keys)).member)
      .map((item) => kept(stepToItem(item, keys), item));
  }
  if (!isRecord(value)) return value;
  const result: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const step = `f:${key}`;
    if (item === undefined || below(step).member) continue;
    const left = kept(step, item);
    if (left === item || !isHollow(left)) result[key] = left;
  }
  return result;
}

const isHollow = (value: JsonValue): boolean =>
  Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
