import type { JsonObject, JsonValue } from '@millrace/core';
import { isRecord, sameJson } from '../../store/json.ts';
import { fieldSet, unionOf, withoutBelow, type FieldSet } from './field-set.ts';
import { shapeBelow } from './owned-fields.ts';
import { stepToItem, type Shape } from './shape.ts';

/** What differs between two states of an object. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

type Maybe = JsonValue | undefined;

/** Tells which fields were added, modified and removed. */
export function compareFields(before: Maybe, after: Maybe, shape: Shape): Comparison {
  const came = before === undefined && after !== undefined;
  const went = before !== undefined && after === undefined;
  // Where there is nothing on either side, being there at all is the only difference.
  if (shape.kind === 'leaf' || (isEmpty(before) && isEmpty(after)))
    return {
      added: fieldSet([], came),
      removed: fieldSet([], went),
      modified: fieldSet([], !came && !went && !sameJson(before, after)),
    };
  const [left, right] = [partsOf(before, shape), partsOf(after, shape)];
  const steps = [...new Set([...left.keys(), ...right.keys()])];
  const below = steps.map((step): readonly [string, Comparison] => [
    step,
    compareFields(left.get(step), right.get(step), shapeBelow(shape, step) ?? { kind: 'leaf' }),
  ]);
  const collect = (part: keyof Comparison, member: boolean): FieldSet =>
    fieldSet(
      below.map(([step, comparison]) => [step, comparison[part]]),
      member,
    );
  return {
    added: collect('added', came),
    removed: collect('removed', went),
    modified: collect('modified', false),
  };
}

/** Everything that became different, and is still there. */
export const changedFields = ({ added, modified }: Comparison): FieldSet =>
  unionOf(added, modified);

/** The comparison without some fields and what is below them. */
export const ignoring = (
  { added, modified, removed }: Comparison,
  ignored: FieldSet,
): Comparison => ({
  added: withoutBelow(added, ignored),
  modified: withoutBelow(modified, ignored),
  removed: withoutBelow(removed, ignored),
});

const isEmpty = (value: Maybe): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0);

/** The parts of a value by their steps. */
function partsOf(value: Maybe, shape: Shape): ReadonlyMap<string, JsonValue> {
  const parts = new Map<string, JsonValue>();
  if (shape.kind === 'list') {
    for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [])
      parts.set(stepToItem(item, shape.keys), item);
    return parts;
  }
  const members: JsonObject = isRecord(value) ? value : {};
  for (const [key, item] of Object.entries(members))
    if (item !== undefined) parts.set(`f:${key}`, item);
  return parts;
}
