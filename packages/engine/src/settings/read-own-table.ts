import type { ConfigProblem } from '@millrace/config';
import type { JsonObject, JsonValue } from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import type { PeerTable } from './peer-table.ts';
import { leafPaths, valueAt, withValue, type SettingPath } from './setting-path.ts';
import { describePlace, originOf, startsWith, type FileOrigin } from './setting-source.ts';

/** Settings so far, and where they come from. */
export interface ReadSettings {
  readonly input: JsonValue;
  readonly origins: readonly FileOrigin[];
}

/**
 * Adds what our own table for a plugin, and the options behind its name in the list of plugins, say. A setting that is
 * written twice is an error that names both lines.
 */
export function readOwnTables(
  { plugin, options, optionsPath }: LoadedPlugin,
  before: ReadSettings,
  table: PeerTable,
  report: (problem: ConfigProblem) => void,
): ReadSettings {
  const { name, configKey } = plugin;
  const ownPlace = [...table.ownPath, configKey];
  const own = Object.hasOwn(table.own, configKey) ? table.own[configKey] : undefined;
  const tables: readonly (readonly [JsonValue | undefined, SettingPath])[] = [
    [own, ownPlace],
    [options, optionsPath ?? ownPlace],
  ];
  let { input } = before;
  const origins = [...before.origins];
  for (const [value, place] of tables) {
    if (value === undefined) continue;
    if (!isTable(value)) {
      report({
        severity: 'error',
        path: place,
        message: `must be a table of the settings of ${name}`,
        hint: 'write a table',
      });
      continue;
    }
    const found: FileOrigin[] = [];
    for (const path of leafPaths(value)) {
      const leaf = valueAt(value, path);
      if (path.length === 0 || leaf === undefined) continue;
      const origin = originOf(name, path, [...place, ...path], table);
      const other = origins.find(
        (entry) => startsWith(entry.path, path) || startsWith(path, entry.path),
      );
      if (other === undefined) {
        input = withValue(input, path, leaf);
        found.push(origin);
      } else {
        report({
          severity: 'error',
          path: origin.place,
          message: `sets the same as ${describePlace(other.source)}`,
          hint: 'keep one of the two lines',
        });
      }
    }
    origins.push(...found);
  }
  return { input, origins };
}

const isTable = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
