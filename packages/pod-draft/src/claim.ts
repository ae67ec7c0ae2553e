import type { FieldContribution, JsonValue, ProvenanceEntry } from '@millrace/core';
import { describeSource } from './describe-source.ts';
import { canonicalValue, compareText } from './json-value.ts';

/** A plugin's wish for one field, with its place among the plugin's other wishes. */
export interface PodWish {
  readonly plugin: string;
  /** Position among the contributions of this plugin for this unit. */
  readonly sequence: number;
  readonly contribution: FieldContribution;
}

/** What one wish says about one leaf of one container or of the pod. */
export interface Claim {
  readonly plugin: string;
  readonly source: string;
  readonly value: JsonValue;
  readonly rank: number;
  readonly override: boolean;
  readonly secret: boolean;
}

/** The claim that a wish makes for `value`, which is all of its value or a leaf of it. */
export function claimOf({ plugin, contribution }: PodWish, value: JsonValue): Claim {
  return {
    plugin,
    source: describeSource(contribution.source),
    value: canonicalValue(value),
    rank: contribution.rank ?? 0,
    override: contribution.override === true,
    secret: contribution.secret === true,
  };
}

/** Rank, then plugin name, then the plugin's own order: nothing depends on how the wishes were collected. */
export function sortWishes(wishes: readonly PodWish[]): readonly PodWish[] {
  return wishes.toSorted(
    (left, right) =>
      (left.contribution.rank ?? 0) - (right.contribution.rank ?? 0) ||
      compareText(left.plugin, right.plugin) ||
      left.sequence - right.sequence,
  );
}

/** A claim as it is remembered and printed. */
export function provenanceEntry(claim: Claim): ProvenanceEntry {
  return { plugin: claim.plugin, source: claim.source, value: claim.value };
}
