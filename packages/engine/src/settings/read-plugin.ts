import { checkSchema, type ConfigProblem } from '@millrace/config';
import { SettingError, type Binding, type JsonValue, type SettingRow } from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { findKey, type FoundKey } from './find-key.ts';
import { knownKeys } from './known-keys.ts';
import type { PeerTable } from './peer-table.ts';
import { readForm } from './read-form.ts';
import { readOwnTables, type ReadSettings } from './read-own-table.ts';
import { splitPath, withValue, type SettingPath } from './setting-path.ts';
import { nearestOrigin, originOf, type FileOrigin } from './setting-source.ts';

/** One plugin's settings in a generation, before any job. */
export interface ResolvedSettings {
  readonly plugin: string;
  /** As the schema gets it. */
  readonly input: JsonValue;
  /** As the schema gave it. */
  readonly value: unknown;
  readonly origins: readonly FileOrigin[];
  /** Rows that set something and let variables stand in it. */
  readonly expandable: readonly { readonly path: SettingPath; readonly row: SettingRow }[];
}

type Report = (problem: ConfigProblem) => void;

/** Reads one plugin's settings: constants of the peer's bindings, then the peer's keys, then our own tables. */
export function readPlugin(
  loaded: LoadedPlugin,
  bindings: readonly Binding[],
  table: PeerTable,
  report: Report,
): ResolvedSettings {
  const { plugin } = loaded;
  const claims = bindings.filter((binding) => binding.plugin === plugin.name);
  let input: JsonValue = {};
  for (const { constants = {} } of claims)
    for (const [path, value] of Object.entries(constants))
      input = withValue(input, splitPath(path), value);
  const origins: FileOrigin[] = [];
  const expandable: { path: SettingPath; row: SettingRow }[] = [];
  for (const row of claims.flatMap(({ rows }) => rows)) {
    const found = findKey(row.key, table);
    const value = found === undefined ? undefined : readRow(row, found, report);
    if (found === undefined || value === undefined) continue;
    if (row.deprecated !== undefined)
      report({
        severity: 'warning',
        path: found.path,
        message: 'is deprecated',
        hint: `write ${row.deprecated}`,
      });
    const path = splitPath(row.path);
    input = withValue(input, path, value);
    origins.push(originOf(plugin.name, path, found.path, table));
    if (row.expand !== undefined) expandable.push({ path, row });
  }
  const read = readOwnTables(loaded, { input, origins }, table, report);
  const value = check(loaded, claims, read, table, report);
  return { plugin: plugin.name, ...read, value, expandable };
}

function readRow(
  row: SettingRow,
  { value, path }: FoundKey,
  report: Report,
): JsonValue | undefined {
  const read = readForm(value, row.form, row.members, { path, report });
  if (read === undefined || row.convert === undefined) return read;
  try {
    return row.convert(read);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const hint = thrown instanceof SettingError ? thrown.hint : undefined;
    const { message } = thrown;
    report({ severity: 'error', path, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}

/** Validates, and places each problem at the line behind it; below a list or a converted value at the line of the whole. */
function check(
  { plugin: { configSchema, configKey } }: LoadedPlugin,
  claims: readonly Binding[],
  { input, origins }: ReadSettings,
  table: PeerTable,
  report: Report,
): unknown {
  const checked = checkSchema(configSchema, input, {
    path: [],
    knownKeys: (path) => knownKeys(configSchema, claims, path),
  });
  if ('value' in checked) return checked.value;
  for (const problem of checked.problems) {
    const origin = nearestOrigin(origins, problem.path);
    const place = origin?.place ?? [...table.ownPath, configKey];
    const rest = problem.path.slice(origin?.path.length ?? 0);
    report({ ...problem, path: [...place, ...rest] });
  }
  return undefined;
}
