import { checkSchema } from '@millrace/config';
import {
  ExpandToken,
  type Decision,
  type JsonValue,
  type SettingChange,
  type Settings,
  type Source,
  type Statement,
  type Token,
} from '@millrace/core';
import type { Scope } from '../scope/scope.ts';
import type { ResolvedSettings } from '../settings/read-plugin.ts';
import { mapStrings, valueAt, withValue, type SettingPath } from '../settings/setting-path.ts';
import { nearestOrigin, type SettingOrigin } from '../settings/setting-source.ts';
import type { Generation } from './generation.ts';
import type { Notes } from './notes.ts';

/** A refusal that concerns one unit. */
export interface UnitRefusal {
  readonly plugin: string;
  readonly unit: string;
  readonly statement: Statement;
}

/** What plugins answer for single units. */
export interface UnitAnswers {
  readonly changes: readonly SettingChange[];
  readonly refusals: readonly UnitRefusal[];
}

/**
 * Settles every plugin's settings for one job: the operator's values with variables replaced, then what the job may
 * change, then validation again.
 * @returns what single units may change besides, and what is refused of them alone
 */
export function settleSettings(
  generation: Generation,
  scope: Scope,
  request: unknown,
  notes: Notes,
): UnitAnswers {
  const resolve = scope.resolveAll.bind(scope);
  const { offers, options } = generation.settings;
  const collected = generation.hooks.collect<SettingChange | Statement | Decision>(
    'overwriteSettings',
    [offers, request, options],
    resolve,
  );
  const changes: SettingChange[] = [];
  const refusals: UnitRefusal[] = [];
  for (const { plugin, sequence, item } of collected) {
    if (item.kind === 'setting') changes.push(item);
    else if (item.kind === 'refuse' && item.unit !== undefined)
      refusals.push({ plugin, unit: item.unit, statement: item });
    else notes.add(plugin, sequence, item);
  }
  const ofJob = changes.filter(({ unit }) => unit === undefined);
  for (const { plugin } of generation.plugins) {
    const own = ofJob.filter((change) => change.plugin === plugin.name);
    const settled = settle(generation, plugin.name, own, scope, notes);
    if (settled !== undefined) scope.value(settled.token, settled.settings);
  }
  return { changes, refusals };
}

/**
 * The scope in which one unit's pod is planned. What the unit does not change, and what does not depend on that, is the
 * job's own.
 */
export function unitScope(
  generation: Generation,
  scope: Scope,
  unit: string,
  changes: readonly SettingChange[],
  notes: Notes,
): Scope {
  const changed = new Set(
    changes.filter((change) => change.unit === unit).map(({ plugin }) => plugin),
  );
  if (changed.size === 0) return scope;
  const values = new Map<Token<Settings<unknown>>, Settings<unknown>>();
  for (const plugin of changed) {
    const ofPlugin = changes.filter((change) => change.plugin === plugin);
    const own = [undefined, unit].flatMap((of) => ofPlugin.filter((change) => change.unit === of));
    const settled = settle(generation, plugin, own, scope, notes);
    if (settled !== undefined) values.set(settled.token, settled.settings);
  }
  return generation.unitScope(scope, values);
}

interface Settled {
  readonly token: Token<Settings<unknown>>;
  readonly settings: Settings<unknown>;
}

function settle(
  generation: Generation,
  plugin: string,
  changes: readonly SettingChange[],
  scope: Scope,
  notes: Notes,
): Settled | undefined {
  const token = generation.settingsTokens.get(plugin);
  const resolved = generation.settings.settings.get(plugin);
  const loaded = generation.plugins.find((each) => each.plugin.name === plugin);
  if (token === undefined || resolved === undefined || loaded === undefined) return undefined;
  return {
    token,
    settings: settledSettings(resolved, changes, scope, loaded.plugin.configSchema, notes),
  };
}

function settledSettings(
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
