import type { ContainerDefaults } from './settings.ts';

/** A capability, without `CAP_`, and the member of the defaults that put it into its list. */
export interface CapabilityEntry {
  readonly name: string;
  readonly from: 'add' | 'drop' | 'dropUnlessAdded';
}

/** What containers add and drop, sorted by name. */
export interface CapabilityLists {
  readonly add: readonly CapabilityEntry[];
  readonly drop: readonly CapabilityEntry[];
}

/** No name is in both lists: `drop` is stronger than `add`, and `add` stronger than `dropUnlessAdded` (gitlab/137). */
export function defaultCapabilities(
  { add, drop, dropUnlessAdded }: ContainerDefaults['capabilities'],
  { windows }: { readonly windows: boolean },
): CapabilityLists {
  const last = new Map<string, CapabilityEntry['from']>();
  if (!windows) for (const name of dropUnlessAdded) last.set(name, 'dropUnlessAdded');
  for (const name of add) last.set(name, 'add');
  for (const name of drop) last.set(name, 'drop');
  const entries = [...last].map(([name, from]): CapabilityEntry => ({ name, from }));
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    add: sorted.filter(({ from }) => from === 'add'),
    drop: sorted.filter(({ from }) => from !== 'add'),
  };
}
