import type { JsonValue, PlannedManifest, ProvenanceEntry } from '@millrace/core';
import { childPointer, parsePointer } from '@millrace/kube-objects';
import { areaOf, areaOrder } from './field-areas.ts';
import { canonicalText, isList, isObject, isPlaceholder } from './json-value.ts';

/** One field of an object for people. */
export interface FieldRow {
  readonly area: string;
  readonly field: string;
  readonly value: string;
  readonly plugin: string;
  readonly source: string;
  /** Values that were set aside, with who had set them. */
  readonly displaced: readonly string[];
}

type Shown = Pick<PlannedManifest, 'manifest' | 'provenance'>;

/** Members by which people know a list element. */
const nameMembers = ['name', 'mountPath', 'ip', 'key', 'topologyKey'];

/**
 * Rows of an object, grouped by area: one for each field of which is known who set it, or that nothing is below. What is
 * known about the whole object counts for fields of which nothing else is.
 */
export function fieldRows({ manifest, provenance }: Shown): readonly FieldRow[] {
  const rows: FieldRow[] = [];
  const seen = new Set<string>();
  const known = Object.keys(provenance);
  const isBelow = (pointer: string): boolean =>
    known.some((other) => other.startsWith(`${pointer}/`));
  const add = (
    pointer: string,
    labels: readonly string[],
    value: string,
    entries: readonly ProvenanceEntry[],
  ): void => {
    const { area, skip } = areaOf(manifest, parsePointer(pointer) ?? []);
    const last = entries.at(-1);
    rows.push({
      area,
      field: labels.slice(skip).join('.').replaceAll('.[', '['),
      value,
      plugin: last?.plugin ?? '',
      source: last?.source ?? '',
      displaced: displacedBy(entries),
    });
  };
  const visit = (
    value: JsonValue,
    pointer: string,
    labels: readonly string[],
    owner: readonly ProvenanceEntry[],
  ): void => {
    seen.add(pointer);
    const own = provenance[pointer] ?? owner;
    const isLeaf = pointer !== '' && provenance[pointer] !== undefined && !isBelow(pointer);
    const children = isLeaf ? [] : childrenOf(value, isBelow(pointer));
    if (children.length === 0) add(pointer, labels, shownValue(value), own);
    for (const child of children) {
      visit(child.value, childPointer(pointer, child.segment), [...labels, child.label], own);
    }
  };
  visit(manifest, '', [], []);
  for (const [pointer, entries] of Object.entries(provenance)) {
    const isRemoved = entries.at(-1)?.value === null && !seen.has(pointer);
    if (isRemoved) add(pointer, parsePointer(pointer) ?? [], '(removed)', entries);
  }
  return rows.toSorted((left, right) => areaRank(left.area) - areaRank(right.area));
}

interface Child {
  readonly segment: string | number;
  readonly label: string;
  readonly value: JsonValue;
}

/** What a value is taken apart into; a list of plain values only when more is known about its elements. */
function childrenOf(value: JsonValue, isKnownBelow: boolean): readonly Child[] {
  if (isList(value)) {
    if (!isKnownBelow && !value.some((element) => isObject(element))) return [];
    return value.map((element, index) => ({
      segment: index,
      label: `[${elementName(element) ?? index}]`,
      value: element,
    }));
  }
  if (!isObject(value) || isPlaceholder(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [{ segment: name, label: name, value: member }],
  );
}

function elementName(element: JsonValue): string | undefined {
  if (!isObject(element)) return undefined;
  return nameMembers
    .map((name) => element[name])
    .find((name): name is string => typeof name === 'string');
}

/** What earlier entries said, when it differs from the last. */
function displacedBy(entries: readonly ProvenanceEntry[]): readonly string[] {
  const last = entries.at(-1);
  return entries
    .filter(
      (entry) => last !== undefined && canonicalText(entry.value) !== canonicalText(last.value),
    )
    .map((entry) => `${shownValue(entry.value)} of ${entry.source}`);
}

/** Plain words bare, everything else as JSON, so that blanks and control characters are seen and harmless. */
function shownValue(value: JsonValue): string {
  return typeof value === 'string' && /^[\w./:@%+=,-]+$/.test(value)
    ? value
    : JSON.stringify(value);
}

function areaRank(area: string): number {
  const rank = areaOrder.indexOf(area);
  return rank === -1 ? areaOrder.length : rank;
}
