import { checkSchema } from '@millrace/config';
import {
  ExpandToken,
  type Decision,
  type JsonValue,
  type SettingChange,
  type Settings,
  type Source,
  type Statement,
} from '@millrace/core';
import type { Scope } from '../scope/scope.ts';
import type { ResolvedSettings } from '../settings/read-plugin.ts';
import { mapStrings, valueAt, withValue, type SettingPath } from '../settings/setting-path.ts';
import { nearestOrigin, type SettingOrigin } from '../settings/setting-source.ts';
import type { Generation } from './generation.ts';
import type { Notes } from './notes.ts';

/**
 * Settles every plugin's settings for one job: the operator's values with variables replaced, then what the job may
 * change, then validation again.
 */
export function settleSettings(
  generation: Generation,
  scope: Scope,
  request: unknown,
  notes: Notes,
): void {
  const resolve = scope.resolveAll.bind(scope);
  const collected = generation.hooks.collect<SettingChange | Statement | Decision>(
    'overwriteSettings',
    [generation.settings.offers, request],
    resolve,
  );
  const changes: SettingChange[] = [];
  for (const { plugin, sequence, item } of collected) {
    if (item.kind === 'setting') changes.push(item);
    else notes.add(plugin, sequence, item);
  }
  for (const { plugin } of generation.plugins) {
    const token = generation.settingsTokens.get(plugin.name);
    const resolved = generation.settings.settings.get(plugin.name);
    if (token === undefined || resolved === undefined) continue;
    const own = changes.filter((change) => change.plugin === plugin.name);
    scope.value(token, settle(resolved, own, scope, plugin.configSchema, notes));
  }
}

function settle(
  resolved: ResolvedSettings,
  changes: readonly SettingChange[],
  scope: Scope,
  schema: Parameters<typeof checkSchema>[0],
  notes: Notes,
): Settings<unknown> {
  const { plugin } = resolved;
  const origins: SettingOrigin[] = [...resolved.origins];
  const source = (path: SettingPath): Source => nearestOrigin(origins, path)?.source ?? { plugin };
  const expandable = scope.has(ExpandToken) ? resolved.expandable : [];
  if (changes.length === 0 && expandable.length === 0) return { value: resolved.value, source };
  let input: JsonValue = resolved.input;
  for (const { path, row } of expandable) {
    const { expand: rule } = row;
    const value = valueAt(input, path);
    if (rule === undefined || value === undefined) continue;
    const expand = scope.resolve(ExpandToken);
    input = withValue(
      input,
      path,
      mapStrings(value, (text) => expand(text, rule.scope), rule.members),
    );
  }
  for (const change of changes) {
    input = withValue(input, change.path, change.value);
    origins.push({ path: change.path, source: change.source });
  }
  const checked = checkSchema(schema, input, { path: [] });
  if ('value' in checked) return { value: checked.value, source };
  for (const [sequence, problem] of checked.problems.entries()) {
    const from = source(problem.path);
    const who = from.variable === undefined ? (from.configPath ?? plugin) : `$${from.variable}`;
    notes.add(plugin, sequence, {
      kind: 'refuse',
      code: 'settings.invalid',
      text: `${who}: ${problem.message}`,
      reason: 'configuration_error',
      source: from,
    });
  }
  return { value: resolved.value, source };
}
