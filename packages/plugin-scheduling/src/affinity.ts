import type { FieldContribution, JsonObject, JsonValue, Settings } from '@millrace/core';
import type { SchedulingSettings } from './settings.ts';

/**
 * The affinity, member by member: terms of a list are one contribution each, so that other plugins can add theirs. The
 * required terms of nodes are alternatives, where one more would loosen the rule: they are set as a whole.
 */
export function affinityContributions({
  value: { affinity },
  source,
}: Settings<SchedulingSettings>): readonly FieldContribution[] {
  if (affinity === undefined) return [];
  const field = (
    op: FieldContribution['op'],
    path: readonly string[],
    value: JsonValue,
  ): FieldContribution => ({
    kind: 'field',
    path: ['/spec', ...path].join('/'),
    op,
    value,
    source: source(path),
  });
  return [
    field('set', ['affinity'], {}),
    ...membersOf(affinity).flatMap(([kind, rules]) => [
      field('set', ['affinity', kind], {}),
      ...membersOf(rules).flatMap(([strength, terms]) => {
        const path = ['affinity', kind, strength];
        return isList(terms)
          ? terms.map((term) => field('append', path, term))
          : [field('set', path, terms)];
      }),
    ]),
  ];
}

/** Members of a checked setting that are there; it holds nothing but JSON. */
function membersOf(table: object): readonly (readonly [string, JsonObject])[] {
  return Object.entries(table as JsonObject).filter(
    (member): member is [string, JsonObject] => member[1] !== undefined,
  );
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
