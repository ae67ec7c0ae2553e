import type { JsonObject, JsonValue } from '@millrace/core';
import { isRecord } from '../../store/json.ts';

/**
 * A set of fields, as a tree. A field may be in the set itself, or only on the way to others that are. Steps are named as
 * in `FieldsV1`: `f:name`, `k:{"name":"main"}`, `v:"value"`.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** No field. */
export const noFields: FieldSet = { member: false, children: new Map() };

/** A field without what is below it. */
export const oneField: FieldSet = { member: true, children: new Map() };

/** Makes a set of steps and what lies behind them; steps behind which nothing lies are left out. */
export const fieldSet = (
  children: Iterable<readonly [step: string, set: FieldSet]>,
  member = false,
): FieldSet => ({
  member,
  children: new Map([...children].filter(([, child]) => !isNoFields(child))),
});

/** Whether a set has no members. */
export const isNoFields = (set: FieldSet): boolean => !set.member && set.children.size === 0;

function combine(
  left: FieldSet,
  right: FieldSet,
  rule: (left: boolean, right: boolean) => boolean,
): FieldSet {
  const steps = new Set([...left.children.keys(), ...right.children.keys()]);
  return fieldSet(
    [...steps].map((step) => [
      step,
      combine(left.children.get(step) ?? noFields, right.children.get(step) ?? noFields, rule),
    ]),
    rule(left.member, right.member),
  );
}

/** Fields of either set. */
export const unionOf = (left: FieldSet, right: FieldSet): FieldSet =>
  combine(left, right, (a, b) => a || b);

/** Fields of both sets. */
export const intersectionOf = (left: FieldSet, right: FieldSet): FieldSet =>
  combine(left, right, (a, b) => a && b);

/** Fields of the first set alone; a field says nothing about those below it. */
export const differenceOf = (left: FieldSet, right: FieldSet): FieldSet =>
  combine(left, right, (a, b) => a && !b);

/** The set without some fields and everything below them. */
export function withoutBelow(set: FieldSet, roots: FieldSet): FieldSet {
  if (roots.member) return noFields;
  const children = [...set.children].map(
    ([step, child]) => [step, withoutBelow(child, roots.children.get(step) ?? noFields)] as const,
  );
  return fieldSet(children, set.member);
}

/** Whether two sets have the same fields. */
export const sameFields = (left: FieldSet, right: FieldSet): boolean =>
  isNoFields(differenceOf(left, right)) && isNoFields(differenceOf(right, left));

/** The members, each as the API names it in messages: `.data.a`, `.spec.containers[name="main"].image`. */
export function fieldPaths(set: FieldSet, prefix = ''): readonly string[] {
  const below = [...set.children]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([step, child]) => fieldPaths(child, `${prefix}${stepText(step)}`));
  return set.member ? [prefix, ...below] : below;
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** As `FieldsV1`. */
export function encodeFields({ member, children }: FieldSet): JsonObject {
  const steps = [...children].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return {
    ...(member && steps.length > 0 ? { '.': {} } : {}),
    ...Object.fromEntries(steps.map(([step, child]) => [step, encodeFields(child)])),
  };
}

/** From `FieldsV1`. What is not an object holds no fields. @param member - whether an empty object is a field */
export function decodeFields(value: JsonValue | undefined, member = false): FieldSet {
  if (!isRecord(value)) return noFields;
  const steps = Object.entries(value).filter(([step]) => step !== '.');
  return fieldSet(
    steps.map(([step, child]) => [step, decodeFields(child, true)]),
    member && (steps.length === 0 || value['.'] !== undefined),
  );
}
