import type { JsonObject, JsonValue } from '@millrace/core';
import { agree, strongest } from './agree.ts';
import type { Claim } from './claim.ts';
import type { DraftNode } from './draft.ts';
import { claimsBelow } from './draft.ts';
import { compareText, isList } from './json-value.ts';
import type { Field } from './pod-report.ts';
import { fieldPointer, recordClaims, recordConflict, recordSecret } from './pod-report.ts';
import { resolveList } from './resolve-list.ts';

type Shape = 'value' | 'list' | 'object';

/**
 * The value of a field, and who set it in the report. Undefined when nothing was wished, and when the wishes conflict:
 * then the report says so.
 */
export function resolveField(node: DraftNode, field: Field): JsonValue | undefined {
  const chosen = chooseShape(node, field);
  switch (chosen?.shape) {
    case undefined:
      return undefined;
    case 'value':
      return resolveValue(chosen.claims, chosen.displaced, field);
    case 'list':
      return resolveList(
        { sets: listSets(node), appends: node.appends, displaced: chosen.displaced },
        field,
      );
    case 'object':
      return resolveObject(node, chosen, field);
  }
}

interface Chosen {
  readonly shape: Shape;
  readonly claims: readonly Claim[];
  /** Claims of other shapes that an override of this one set aside. */
  readonly displaced: readonly Claim[];
}

/** A field is one of value, list and object; when claims differ in that, only an override decides. */
function chooseShape(node: DraftNode, field: Field): Chosen | undefined {
  const claims: Readonly<Record<Shape, readonly Claim[]>> = {
    value: node.values.filter((claim) => !isList(claim.value)),
    list: [...listSets(node), ...node.appends],
    object: [...node.empties, ...claimsBelow(node)],
  };
  const shapes: readonly Shape[] = ['value', 'list', 'object'];
  const present = shapes.filter((shape) => claims[shape].length > 0);
  const overriding = present.filter((shape) => claims[shape].some((claim) => claim.override));
  const candidates = overriding.length === 0 ? present : overriding;
  const [shape] = candidates;
  if (shape === undefined) return undefined;
  if (candidates.length > 1) {
    recordConflict(
      field,
      candidates.flatMap((candidate) => claims[candidate]),
    );
    return undefined;
  }
  const displaced = present.filter((other) => other !== shape).flatMap((other) => claims[other]);
  return { shape, claims: claims[shape], displaced };
}

function listSets(node: DraftNode): readonly Claim[] {
  return node.values.filter((claim) => isList(claim.value));
}

function resolveValue(
  claims: readonly Claim[],
  otherShapes: readonly Claim[],
  field: Field,
): JsonValue | undefined {
  const { counting, displaced, agreed } = agree(claims);
  const [first] = counting;
  if (first === undefined || !agreed) {
    recordConflict(field, counting);
    return undefined;
  }
  const pointer = fieldPointer(field);
  recordClaims(field, pointer, [...otherShapes, ...displaced], counting);
  recordSecret(field, pointer, [...otherShapes, ...claims]);
  return first.value;
}

function resolveObject(
  node: DraftNode,
  { claims, displaced }: Chosen,
  field: Field,
): JsonObject | undefined {
  const members: [string, JsonValue][] = [];
  for (const [name, child] of node.children.entries().toArray().toSorted(byName)) {
    const value = resolveField(child, { ...field, path: [...field.path, name] });
    if (value !== undefined) members.push([name, value]);
  }
  const pointer = fieldPointer(field);
  if (members.length === 0 && node.empties.length === 0) return undefined;
  if (displaced.length > 0) {
    const { counting } = strongest(claims);
    recordClaims(field, pointer, displaced, counting);
    recordSecret(field, pointer, [...displaced, ...counting]);
  } else if (members.length === 0) recordClaims(field, pointer, [], node.empties);
  return Object.fromEntries(members);
}

function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return compareText(left[0], right[0]);
}
