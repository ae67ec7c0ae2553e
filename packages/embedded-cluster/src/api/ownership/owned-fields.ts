import type { JsonValue } from '@millrace/core';
import { isRecord } from '../../store/json.ts';
import { failure } from '../../store/status.ts';
import { fieldSet, isNoFields, noFields, oneField, type FieldSet } from './field-set.ts';
import { shapeOfField, stepToItem, type Shape } from './shape.ts';

/**
 * The fields that somebody owns who applies a value.
 * @throws ApiStatusError when the value does not fit its type, or names an item of a list twice
 */
export function ownedFields(value: JsonValue, shape: Shape, path = ''): FieldSet {
  switch (shape.kind) {
    case 'leaf':
      return oneField;
    case 'struct':
      return fieldSet(
        members(value, path).map(([key, item]) => {
          const below = shapeOfField(shape.typeName, key);
          if (below === undefined) throw untyped(`${path}.${key}: field not declared in schema`);
          return [`f:${key}`, whole(ownedFields(item, below, `${path}.${key}`), isNothing(item))];
        }),
      );
    case 'map':
      return fieldSet(
        members(value, path).map(([key, item]) => [
          `f:${key}`,
          whole(ownedFields(item, shape.element, `${path}.${key}`), true),
        ]),
      );
    case 'list': {
      if (value === null) return noFields;
      if (!Array.isArray(value)) throw untyped(`${path}: expected list, got ${typeof value}`);
      const items = value as readonly JsonValue[];
      const steps = items.map((item) => stepToItem(item, shape.keys));
      const twice = steps.find((step, index) => steps.indexOf(step) !== index);
      if (twice !== undefined)
        throw untyped(`${path}: duplicate entries for key ${twice.slice(2)}`);
      return fieldSet(
        items.map((item, index) => [
          steps[index] ?? '',
          whole(ownedFields(item, shape.element, path), true),
        ]),
      );
    }
  }
}

const whole = (set: FieldSet, member: boolean): FieldSet =>
  member || isNoFields(set) ? { ...set, member: member || set.member } : set;

const isNothing = (value: JsonValue): boolean =>
  value === null || (isRecord(value) && Object.keys(value).length === 0);

function members(value: JsonValue, path: string): readonly (readonly [string, JsonValue])[] {
  if (value === null) return [];
  if (!isRecord(value)) throw untyped(`${path}: expected map, got ${typeof value}`);
  return Object.entries(value).filter(
    (entry): entry is [string, JsonValue] => entry[1] !== undefined,
  );
}

/** A real server has no reason for these, only words and the code of its own mistakes. */
const untyped = (why: string): Error =>
  failure(500, '', `failed to create typed patch object: ${why}`);

/** The set with those fields of structures that are only on the way to others. */
export function withStructs(set: FieldSet, shape: Shape): FieldSet {
  const children = [...set.children].map(([step, child]): readonly [string, FieldSet] => {
    const below = shapeBelow(shape, step);
    const inside = below === undefined ? child : withStructs(child, below);
    const isStructField = shape.kind === 'struct' && step.startsWith('f:');
    return [step, isStructField ? { ...inside, member: true } : inside];
  });
  return fieldSet(children, set.member);
}

/** The shape behind a step. */
export function shapeBelow(shape: Shape, step: string): Shape | undefined {
  if (shape.kind === 'struct') return shapeOfField(shape.typeName, step.slice(2));
  return shape.kind === 'leaf' ? undefined : shape.element;
}
