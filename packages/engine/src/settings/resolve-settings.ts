import { checkSchema, lookupKey, suggestionHint, type ConfigProblem } from '@millrace/config';
import {
  SettingError,
  type Binding,
  type JsonObject,
  type JsonValue,
  type OverwriteOffer,
  type SettingRow,
  type Source,
} from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import type { PeerTable } from './peer-table.ts';
import { readForm } from './read-form.ts';
import { leafPaths, splitPath, valueAt, withValue, type SettingPath } from './setting-path.ts';

/** One plugin's settings in a generation, before any job. */
export interface ResolvedSettings {
  readonly plugin: string;
  /** As the schema gets it. */
  readonly input: JsonValue;
  /** As the schema gave it. */
  readonly value: unknown;
  readonly sources: readonly { readonly path: SettingPath; readonly source: Source }[];
  /** Rows that set something and let variables stand in it. */
  readonly expandable: readonly { readonly path: SettingPath; readonly row: SettingRow }[];
}

/** Settings of all plugins, what jobs may change of them, and what is wrong. */
export interface SettingsResolution {
  readonly settings: ReadonlyMap<string, ResolvedSettings>;
  readonly offers: readonly OverwriteOffer[];
  readonly problems: readonly ConfigProblem[];
}

interface Found {
  readonly key: string;
  readonly value: JsonValue;
  readonly path: readonly (string | number)[];
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
  const names = new Set(plugins.map(({ plugin }) => plugin.name));
  const active = bindings.filter(({ plugin }) => names.has(plugin));
  reportDoubleClaims(active, report);
  reportUnknownKeys(active, bindings, table, report);
  reportUnknownOwnTables(plugins, table, report);
  const offers = active.flatMap((binding) =>
    (binding.overwrites ?? []).map((row) => offer(binding, row, table, settings)),
  );
  return { settings, offers, problems };
}

function readPlugin(
  { plugin, options }: LoadedPlugin,
  bindings: readonly Binding[],
  table: PeerTable,
  report: (problem: ConfigProblem) => void,
): ResolvedSettings {
  let input: JsonValue = {};
  const sources: { path: SettingPath; source: Source }[] = [];
  const expandable: { path: SettingPath; row: SettingRow }[] = [];
  const claims = bindings.filter((binding) => binding.plugin === plugin.name);
  for (const { constants = {} } of claims) {
    for (const [path, value] of Object.entries(constants))
      input = withValue(input, splitPath(path), value);
  }
  for (const row of claims.flatMap(({ rows }) => rows)) {
    const found = findKey(row.key, table);
    if (found === undefined) continue;
    const read = readForm(found.value, row.form, row.members, { path: found.path, report });
    const value = read === undefined ? undefined : convert(row, read, found, report);
    if (value === undefined) continue;
    const path = splitPath(row.path);
    input = withValue(input, path, value);
    sources.push({ path, source: sourceOf(plugin.name, found.path, table) });
    if (row.expand !== undefined) expandable.push({ path, row });
  }
  for (const own of [
    tableAt(table.own, plugin.configKey, [...table.ownPath, plugin.configKey]),
    options === undefined ? undefined : { value: options, path: [...table.ownPath, 'plugins'] },
  ]) {
    if (own === undefined) continue;
    for (const path of leafPaths(own.value)) {
      const place = [...own.path, ...path];
      const other = sources.find(
        (entry) => startsWith(entry.path, path) || startsWith(path, entry.path),
      );
      const source = sourceOf(plugin.name, place, table);
      if (other?.source.configPath !== undefined) {
        report({
          severity: 'error',
          path: place,
          message: `sets the same as ${describePlace(other.source)}`,
          hint: 'keep one of the two lines',
        });
        continue;
      }
      const value = valueAt(own.value, path);
      if (path.length > 0 && value !== undefined) input = withValue(input, path, value);
      sources.push({ path, source });
    }
  }
  const known = (path: readonly (string | number)[]): readonly string[] =>
    knownKeys(plugin.configSchema, claims, path);
  const checked = checkSchema(plugin.configSchema, input, { path: [], knownKeys: known });
  if ('problems' in checked) {
    for (const problem of checked.problems) {
      const from = nearestSource(sources, problem.path);
      const path =
        from?.configPath === undefined
          ? [...table.ownPath, plugin.configKey, ...problem.path]
          : configPathOf(from, problem.path, sources, table, plugin.configKey);
      report({
        ...problem,
        path,
        ...(from?.position === undefined ? {} : { position: from.position }),
      });
    }
  }
  return {
    plugin: plugin.name,
    input,
    value: 'value' in checked ? checked.value : undefined,
    sources,
    expandable,
  };
}

function convert(
  row: SettingRow,
  value: JsonValue,
  found: Found,
  report: (problem: ConfigProblem) => void,
): JsonValue | undefined {
  try {
    return row.convert === undefined ? value : row.convert(value);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const hint = thrown instanceof SettingError ? thrown.hint : undefined;
    report({
      severity: 'error',
      path: found.path,
      message: thrown.message,
      ...(hint === undefined ? {} : { hint }),
    });
    return undefined;
  }
}

/** Follows a row's dotted key, matching names as the peer does. */
function findKey(key: string, table: PeerTable): Found | undefined {
  const ofRunner = key.startsWith('/');
  const segments = (ofRunner ? key.slice(1) : `${table.podsKey}.${key}`).split('.');
  let value: JsonValue | undefined = table.runner;
  const path: (string | number)[] = [...table.runnerPath];
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const written = lookupKey(value, segment);
    if (written === undefined) return undefined;
    value = (value as JsonObject)[written];
    path.push(written);
  }
  return value === undefined ? undefined : { key, value, path };
}

function offer(
  binding: Binding,
  row: OverwriteOffer['row'],
  table: PeerTable,
  settings: ReadonlyMap<string, ResolvedSettings>,
): OverwriteOffer {
  const found = findKey(row.gate.key, table);
  return {
    plugin: binding.plugin,
    row,
    gate: found?.value,
    gateSource: sourceOf(
      binding.plugin,
      found?.path ?? [...table.runnerPath, table.podsKey, row.gate.key],
      table,
    ),
    current: valueAt(settings.get(binding.plugin)?.input, splitPath(row.path)),
  };
}

function reportDoubleClaims(
  bindings: readonly Binding[],
  report: (problem: ConfigProblem) => void,
): void {
  const owners = new Map<string, string>();
  for (const { plugin, rows, unsupported = [] } of bindings) {
    for (const { key } of [...rows, ...unsupported]) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== plugin)
        report({
          severity: 'error',
          path: [],
          message: `plugins ${owner} and ${plugin} both claim the key ${key}`,
          hint: 'load only one of them',
        });
      owners.set(key, plugin);
    }
  }
}

function reportUnknownKeys(
  active: readonly Binding[],
  all: readonly Binding[],
  table: PeerTable,
  report: (problem: ConfigProblem) => void,
): void {
  const keys = (bindings: readonly Binding[]): readonly string[] =>
    bindings.flatMap(({ rows, overwrites = [], unsupported = [] }) => [
      ...rows.map(({ key }) => key),
      ...overwrites.map(({ gate }) => gate.key),
      ...unsupported.map(({ key }) => key),
    ]);
  const claimed = keys(active);
  for (const { key, answer, doc } of active.flatMap(({ unsupported = [] }) => unsupported)) {
    const found = findKey(key, table);
    if (found !== undefined)
      report({
        severity: answer === 'refuse' ? 'error' : 'warning',
        path: found.path,
        message: 'is not supported yet',
        hint: doc,
      });
  }
  const missing = new Set(keys(all).filter((key) => !claimed.includes(key)));
  const visit = (
    value: JsonValue | undefined,
    path: readonly (string | number)[],
    prefix: string,
  ): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [key, member] of Object.entries(value as JsonObject)) {
      const dotted = prefix === '' || prefix === '/' ? `${prefix}${key}` : `${prefix}.${key}`;
      if (claimed.some((name) => same(name, dotted))) continue;
      if (claimed.some((name) => name.toLowerCase().startsWith(`${dotted.toLowerCase()}.`)))
        visit(member, [...path, key], dotted);
      else if (missing.has(dotted))
        report({
          severity: 'error',
          path: [...path, key],
          message: 'belongs to a plugin that is not loaded',
          hint: 'load the plugin, or remove the key',
        });
      else
        report({
          severity: 'warning',
          path: [...path, key],
          message: 'unknown key, ignored as the peer does',
          ...suggestionHint(dotted, claimed),
        });
    }
  };
  const { [podsKeyOf(table)]: pods, ...runner } = table.runner;
  visit(pods, [...table.runnerPath, podsKeyOf(table)], '');
  visit(
    Object.fromEntries(
      Object.entries(runner).filter(([key]) => !table.appKeys.some((name) => same(name, key))),
    ),
    table.runnerPath,
    '/',
  );
}

const podsKeyOf = (table: PeerTable): string =>
  lookupKey(table.runner, table.podsKey) ?? table.podsKey;
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function reportUnknownOwnTables(
  plugins: readonly LoadedPlugin[],
  table: PeerTable,
  report: (problem: ConfigProblem) => void,
): void {
  const known = [...plugins.map(({ plugin }) => plugin.configKey), 'plugins'];
  for (const key of Object.keys(table.own)) {
    if (!known.includes(key))
      report({
        severity: 'error',
        path: [...table.ownPath, key],
        message: 'no loaded plugin has this table',
        ...suggestionHint(key, known),
      });
  }
}

function tableAt(
  table: JsonObject,
  key: string,
  path: readonly (string | number)[],
): { readonly value: JsonValue; readonly path: readonly (string | number)[] } | undefined {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return value === undefined ? undefined : { value, path };
}

const startsWith = (path: SettingPath, prefix: SettingPath): boolean =>
  prefix.length <= path.length && prefix.every((segment, index) => path[index] === segment);

/** The source of the longest prefix of a path that has one. */
export function nearestSource(
  sources: ResolvedSettings['sources'],
  path: SettingPath,
): Source | undefined {
  let best: { readonly path: SettingPath; readonly source: Source } | undefined;
  for (const entry of sources) {
    if (
      startsWith(path, entry.path) &&
      (best === undefined || entry.path.length >= best.path.length)
    )
      best = entry;
  }
  return best?.source;
}

/** A source from the path of a key. Indexes of lists of tables are printed only where there are several runners' worth of doubt. */
export function sourceOf(
  plugin: string,
  path: readonly (string | number)[],
  table: PeerTable,
): Source {
  const position = nearestPosition(path, table);
  const configPath = path
    .filter(
      (segment, index) => !(typeof segment === 'number' && index === table.runnerPath.length - 1),
    )
    .join('.');
  return { plugin, configPath, ...(position === undefined ? {} : { position }) };
}

function nearestPosition(path: readonly (string | number)[], table: PeerTable): Source['position'] {
  for (let length = path.length; length > 0; length -= 1) {
    const position = table.positionOf(path.slice(0, length));
    if (position !== undefined) return position;
  }
  return undefined;
}

const describePlace = ({ configPath, position }: Source): string =>
  `${configPath ?? 'another line'}${position === undefined ? '' : ` (${position.file}:${position.line})`}`;

function configPathOf(
  from: Source,
  path: SettingPath,
  sources: ResolvedSettings['sources'],
  table: PeerTable,
  configKey: string,
): readonly (string | number)[] {
  const entry = sources.find(({ source }) => source === from);
  const rest = path.slice(entry?.path.length ?? 0);
  return from.configPath === undefined
    ? [...table.ownPath, configKey, ...path]
    : [...from.configPath.split('.'), ...rest];
}

function knownKeys(
  schema: LoadedPlugin['plugin']['configSchema'],
  claims: readonly Binding[],
  path: readonly (string | number)[],
): readonly string[] {
  const defaults = schema['~standard'].validate({});
  const value =
    defaults instanceof Promise || defaults.issues !== undefined
      ? undefined
      : valueAt(defaults.value as JsonValue, path);
  const fromDefaults = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const fromRows = claims
    .flatMap(({ rows }) => rows.map((row) => splitPath(row.path)))
    .filter((row) => startsWith(row, path))
    .map((row) => row[path.length] ?? '');
  return [...new Set([...fromDefaults, ...fromRows])].filter((key) => key !== '');
}
