import type { ConfigProblem } from '@millrace/config';
import type {
  Binding,
  JsonValue,
  OptionGate,
  OptionOffer,
  OptionRow,
  OverwriteOffer,
} from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { doubleClaims } from './claimed-keys.ts';
import { findKey } from './find-key.ts';
import type { PeerTable } from './peer-table.ts';
import { readPlugin, type ResolvedSettings } from './read-plugin.ts';
import { splitPath, valueAt } from './setting-path.ts';
import { nearestPosition, sourceOf } from './setting-source.ts';
import { unknownKeys, unknownOwnTables, unsupportedKeys } from './unknown-keys.ts';

/** Settings of all plugins, what jobs may change of them, and what is wrong. */
export interface SettingsResolution {
  readonly settings: ReadonlyMap<string, ResolvedSettings>;
  readonly offers: readonly OverwriteOffer[];
  /** What single units of a job may change of them. */
  readonly options: readonly OptionOffer[];
  readonly problems: readonly ConfigProblem[];
}

/** Reads every plugin's settings from the peer's table and from our own, and checks all of them. */
export function resolveSettings(
  plugins: readonly LoadedPlugin[],
  bindings: readonly Binding[],
  table: PeerTable,
): SettingsResolution {
  const problems: ConfigProblem[] = [];
  const report = (problem: ConfigProblem): void => {
    const position = problem.position ?? nearestPosition(problem.path, table);
    problems.push(position === undefined ? problem : { ...problem, position });
  };
  const settings = new Map(
    plugins.map(
      (loaded) => [loaded.plugin.name, readPlugin(loaded, bindings, table, report)] as const,
    ),
  );
  const active = bindings.filter(({ plugin }) => settings.has(plugin));
  for (const problem of [
    ...doubleClaims(active),
    ...unsupportedKeys(active, table),
    ...unknownKeys(active, bindings, table),
    ...unknownOwnTables(plugins, table),
  ])
    report(problem);
  const offers = active.flatMap((binding) =>
    (binding.overwrites ?? []).map((row) =>
      offer(binding.plugin, row, table, settings.get(binding.plugin)),
    ),
  );
  const options = active.flatMap((binding) =>
    (binding.options ?? []).map((row) =>
      optionOffer(binding.plugin, row, table, settings.get(binding.plugin)),
    ),
  );
  return { settings, offers, options, problems };
}

function offer(
  plugin: string,
  row: OverwriteOffer['row'],
  table: PeerTable,
  settings: ResolvedSettings | undefined,
): OverwriteOffer {
  const { value: gate, path } = gateOf(row.gate.key, table);
  return {
    plugin,
    row,
    gate,
    gateSource: sourceOf(plugin, path, table),
    current: valueAt(settings?.input, splitPath(row.path)),
  };
}

function optionOffer(
  plugin: string,
  row: OptionRow,
  table: PeerTable,
  settings: ResolvedSettings | undefined,
): OptionOffer {
  return {
    plugin,
    row,
    ...openness(plugin, row.gate, table),
    current: valueAt(settings?.input, splitPath(row.path)),
  };
}

function openness(
  plugin: string,
  gate: OptionGate | undefined,
  table: PeerTable,
): Pick<OptionOffer, 'allowed' | 'gateSource'> {
  if (gate === undefined) return { allowed: true, gateSource: { plugin } };
  const { value, path } = gateOf(gate.key, table);
  const allowed = typeof value === 'boolean' ? value : gate.default;
  return { allowed, gateSource: sourceOf(plugin, path, table) };
}

/** What the operator wrote for a gate's key, and where that is or would be. */
function gateOf(
  key: string,
  table: PeerTable,
): { readonly value: JsonValue | undefined; readonly path: readonly (string | number)[] } {
  const found = findKey(key, table);
  const unset = key.startsWith('/')
    ? [...table.runnerPath, key.slice(1)]
    : [...table.runnerPath, table.podsKey, key];
  return { value: found?.value, path: found?.path ?? unset };
}
