import type { JsonValue, ListPolicy } from '@millrace/core';
import { childPointer } from '@millrace/kube-objects';
import { agree, strongest } from './agree.ts';
import { badContribution } from './bad-contribution.ts';
import type { Claim } from './claim.ts';
import { canonicalText, compareText, isList, isObject, sortedMembers } from './json-value.ts';
import { elementKey } from './pod-conflict.ts';
import type { Field } from './pod-report.ts';
import {
  fieldPointer,
  recordClaims,
  recordConflict,
  recordDuplicate,
  recordSecret,
} from './pod-report.ts';

/** What was wished for a list. */
export interface ListClaims {
  /** Wishes for the list as a whole. */
  readonly sets: readonly Claim[];
  /** Wishes for one element each, in order. */
  readonly appends: readonly Claim[];
  /** What an override set aside because it was not a list. */
  readonly displaced: readonly Claim[];
}

/** A list element that came out, with the claims for it. */
interface Element {
  readonly counting: readonly Claim[];
  readonly displaced: readonly Claim[];
  /** Member that tells elements apart; it is shown even when the element is secret. */
  readonly key?: string;
}

/**
 * A list is set as a whole or put together from elements; wishes of both kinds conflict unless one side overrides.
 * Setting `[]` only says that the list is there.
 */
export function resolveList(claims: ListClaims, field: Field): JsonValue | undefined {
  const whole = claims.sets.filter((claim) => claim.override || !isEmptyList(claim.value));
  if (whole.length === 0) {
    return joinElements(claims.appends, claims.displaced, field, claims.sets);
  }
  const { counting, displaced } = strongest([...whole, ...claims.appends]);
  const sets = counting.filter((claim) => whole.includes(claim));
  if (sets.length === 0) {
    return joinElements(counting, [...claims.displaced, ...displaced], field);
  }
  const [first] = sets;
  if (first === undefined || sets.length < counting.length || !agree(sets).agreed) {
    recordConflict(field, counting);
    return undefined;
  }
  const pointer = fieldPointer(field);
  recordClaims(field, pointer, [...claims.displaced, ...displaced], sets);
  recordSecret(field, pointer, [...claims.displaced, ...displaced, ...sets]);
  return first.value;
}

/** The list of the elements, none included; `empties` are claims that say no more than that the list is there. */
function joinElements(
  appends: readonly Claim[],
  displaced: readonly Claim[],
  field: Field,
  empties: readonly Claim[] = [],
): JsonValue {
  const pointer = fieldPointer(field);
  const counting = appends.length === 0 ? empties : strongest(appends).counting;
  if (appends.length === 0 || displaced.length > 0) {
    recordClaims(field, pointer, displaced, counting);
    recordSecret(field, pointer, [...displaced, ...counting]);
  }
  const policy = field.target.lists([...field.target.path, ...field.path]);
  const elements = elementsBy(policy, appends, field);
  return elements.flatMap((element, index): readonly JsonValue[] => {
    const [first] = element.counting;
    if (first === undefined) return [];
    recordElement(element, childPointer(pointer, index), field);
    return [first.value];
  });
}

function elementsBy(
  policy: ListPolicy,
  appends: readonly Claim[],
  field: Field,
): readonly Element[] {
  switch (policy.policy) {
    case 'ordered':
      return appends.map((claim) => ({ counting: [claim], displaced: [] }));
    case 'set':
      return setElements(appends);
    case 'keyed':
      return keyedElements(policy.key, appends, field);
  }
}

/** Equal elements are one; by rank, then by text. */
function setElements(appends: readonly Claim[]): readonly Element[] {
  const text = ({ value }: Claim): string =>
    typeof value === 'string' ? value : canonicalText(value);
  return [...Map.groupBy(appends, (claim) => canonicalText(claim.value)).values()]
    .toSorted(([left], [right]) =>
      left === undefined || right === undefined
        ? 0
        : left.rank - right.rank || compareText(text(left), text(right)),
    )
    .map((counting) => ({ counting, displaced: [] }));
}

/** Elements with the same key are one, where the first of them stands. */
function keyedElements(key: string, appends: readonly Claim[], field: Field): readonly Element[] {
  const groups = Map.groupBy(appends, (claim) => canonicalText(keyOf(key, claim, field)));
  return [...groups.values()].flatMap((claims): readonly Element[] => {
    const [first] = claims;
    if (first === undefined) return [];
    const suffix = elementKey(key, keyOf(key, first, field));
    const { counting, displaced, agreed } = agree(claims);
    if (!agreed) {
      recordConflict(field, counting, suffix);
      return [];
    }
    if (counting.length > 1) recordDuplicate(field, counting, suffix);
    return [{ counting, displaced, key }];
  });
}

function keyOf(key: string, claim: Claim, field: Field): JsonValue {
  const value = isObject(claim.value) ? claim.value[key] : undefined;
  if (value !== undefined) return value;
  throw badContribution(
    claim.plugin,
    `an element for ${fieldPointer(field)} has no member "${key}"`,
    `Elements of this list are told apart by "${key}".`,
  );
}

function recordElement(element: Element, pointer: string, field: Field): void {
  recordClaims(field, pointer, element.displaced, element.counting);
  const claims = [...element.displaced, ...element.counting];
  if (element.key === undefined) {
    recordSecret(field, pointer, claims);
    return;
  }
  const members = new Set(
    claims
      .flatMap(({ value }) => (isObject(value) ? sortedMembers(value) : []))
      .map(([name]) => name),
  );
  members.delete(element.key);
  for (const name of members) recordSecret(field, childPointer(pointer, name), claims);
}

function isEmptyList(value: JsonValue): boolean {
  return isList(value) && value.length === 0;
}
