import type { FieldContribution, JsonObject, Settings } from '@millrace/core';
import type { SchedulingSettings, Toleration } from './settings.ts';

/** One contribution a toleration: those of the table sorted by key, then the list in its order. */
export function tolerationContributions({
  value: { tolerations, tolerationList },
  source,
}: Settings<SchedulingSettings>): readonly FieldContribution[] {
  const append = (
    toleration: Toleration,
    path: readonly (string | number)[],
  ): FieldContribution => ({
    kind: 'field',
    path: '/spec/tolerations',
    op: 'append',
    value: present(toleration),
    source: source(path),
  });
  return [
    ...Object.keys(tolerations)
      .toSorted()
      .map((selector) =>
        append(parseToleration(selector, tolerations[selector] ?? ''), ['tolerations', selector]),
      ),
    ...tolerationList.map((toleration, index) => append(toleration, ['tolerationList', index])),
  ];
}

/**
 * A bare `key` tolerates any value (`Exists`), an empty one every taint; `key=value` must match (`Equal`). Only the
 * first `=` separates (gitlab/071, 073). What is empty is left out, as Kubernetes sends it.
 */
export function parseToleration(selector: string, effect: string): Toleration {
  const at = selector.indexOf('=');
  const key = at < 0 ? selector : selector.slice(0, at);
  const value = at < 0 ? '' : selector.slice(at + 1);
  return {
    ...(key === '' ? {} : { key }),
    operator: at < 0 ? 'Exists' : 'Equal',
    ...(value === '' ? {} : { value }),
    ...(effect === '' ? {} : { effect }),
  };
}

const present = (toleration: Toleration): JsonObject =>
  Object.fromEntries(Object.entries(toleration).filter(([, member]) => member !== undefined));
