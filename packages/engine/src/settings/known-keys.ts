import type { Binding, JsonValue, StandardSchema } from '@millrace/core';
import { splitPath, valueAt, type SettingPath } from './setting-path.ts';
import { startsWith } from './setting-source.ts';

/** Names that a table of a plugin's settings may have, as far as its defaults and bindings tell; for suggestions. */
export function knownKeys(
  schema: StandardSchema,
  claims: readonly Binding[],
  path: SettingPath,
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
    .flatMap((row) => row[path.length] ?? []);
  return [...new Set([...fromDefaults, ...fromRows])];
}
