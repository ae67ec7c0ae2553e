import type { JsonValue } from '@millrace/core';
import type { Claim, PodWish } from './claim.ts';
import { claimOf } from './claim.ts';
import { isObject, isPlaceholder, sortedMembers } from './json-value.ts';

/** All that was wished for one field and for what lies below it. */
export interface DraftNode {
  /** Wishes for the whole field: scalars, lists as a whole, placeholders. */
  readonly values: Claim[];
  /** Wishes for `{}`: the field is there even if nothing is below it. */
  readonly empties: Claim[];
  /** Wishes for one list element each. */
  readonly appends: Claim[];
  readonly children: Map<string, DraftNode>;
}

/** A field that nobody wished anything for yet. */
export function createDraft(): DraftNode {
  return { values: [], empties: [], appends: [], children: new Map() };
}

/** One leaf of a wish: its path below the wish's own, and what is wished there. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/** Leaves of a value; an object without members is one. */
export function leavesOf(value: JsonValue, path: readonly string[] = []): readonly Leaf[] {
  if (!isObject(value) || isPlaceholder(value)) return [{ path, value }];
  const members = sortedMembers(value);
  if (members.length === 0) return [{ path, value }];
  return members.flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

/** Adds a wish at `path`: `append` one element, anything else leaf by leaf. */
export function addWish(draft: DraftNode, path: readonly string[], wish: PodWish): void {
  const { op, value } = wish.contribution;
  if (op === 'append') {
    descend(draft, path).appends.push(claimOf(wish, value));
    return;
  }
  for (const leaf of leavesOf(value)) {
    const node = descend(draft, [...path, ...leaf.path]);
    const claims = isObject(leaf.value) && !isPlaceholder(leaf.value) ? node.empties : node.values;
    claims.push(claimOf(wish, leaf.value));
  }
}

/** Claims of a node and of all below it. */
function claimsWithin(node: DraftNode): readonly Claim[] {
  return [...node.values, ...node.empties, ...node.appends, ...claimsBelow(node)];
}

/** Claims of what lies below a node. */
export function claimsBelow(node: DraftNode): readonly Claim[] {
  return [...node.children.values()].flatMap((child) => claimsWithin(child));
}

function descend(draft: DraftNode, path: readonly string[]): DraftNode {
  let node = draft;
  for (const segment of path) {
    let child = node.children.get(segment);
    if (child === undefined) {
      child = createDraft();
      node.children.set(segment, child);
    }
    node = child;
  }
  return node;
}
