import { lookupKey, suggestionHint, type ConfigProblem } from '@millrace/config';
import type { Binding, JsonObject, JsonValue } from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { claimedKeys } from './claimed-keys.ts';
import { findKey, sameName } from './find-key.ts';
import type { PeerTable } from './peer-table.ts';

/** Keys that are known and not supported, as their rows say. */
export const unsupportedKeys = (
  bindings: readonly Binding[],
  table: PeerTable,
): readonly ConfigProblem[] =>
  bindings
    .flatMap(({ unsupported = [] }) => unsupported)
    .flatMap(({ key, answer, doc }): readonly ConfigProblem[] => {
      const found = findKey(key, table);
      if (found === undefined) return [];
      const severity = answer === 'refuse' ? 'error' : 'warning';
      return [{ severity, path: found.path, message: 'is not supported yet', hint: doc }];
    });

/**
 * Keys of the peer's tables that nobody claims: warnings, as the peer ignores them; errors when they belong to a plugin
 * that is not loaded.
 * @param active - bindings of loaded plugins
 * @param all - these and the others that came with them
 */
export function unknownKeys(
  active: readonly Binding[],
  all: readonly Binding[],
  table: PeerTable,
): readonly ConfigProblem[] {
  const claimed = claimedKeys(active);
  const missing = claimedKeys(all).filter((key) => !claimed.includes(key));
  const visit = (
    value: JsonValue | undefined,
    path: readonly (string | number)[],
    prefix: string,
  ): readonly ConfigProblem[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value as JsonObject).flatMap(([key, member]) => {
      const dotted = `${prefix}${key}`;
      const place = [...path, key];
      if (claimed.some((name) => sameName(name, dotted))) return [];
      const inside = `${dotted.toLowerCase()}.`;
      if (claimed.some((name) => name.toLowerCase().startsWith(inside)))
        return visit(member, place, `${dotted}.`);
      return [unknown(dotted, place, claimed, missing)];
    });
  };
  const podsKey = lookupKey(table.runner, table.podsKey) ?? table.podsKey;
  const { [podsKey]: pods, ...runner } = table.runner;
  const others = Object.entries(runner).filter(
    ([key]) => !table.appKeys.some((name) => sameName(name, key)),
  );
  return [
    ...visit(pods, [...table.runnerPath, podsKey], ''),
    ...visit(Object.fromEntries(others), table.runnerPath, '/'),
  ];
}

function unknown(
  dotted: string,
  path: readonly (string | number)[],
  claimed: readonly string[],
  missing: readonly string[],
): ConfigProblem {
  if (missing.some((name) => sameName(name, dotted)))
    return {
      severity: 'error',
      path,
      message: 'belongs to a plugin that is not loaded',
      hint: 'load the plugin, or remove the key',
    };
  return {
    severity: 'warning',
    path,
    message: 'unknown key, ignored as the peer does',
    ...suggestionHint(withoutSlash(dotted), claimed.map(withoutSlash)),
  };
}

/** The slash says whose table a key stands in; nobody writes it. */
const withoutSlash = (key: string): string => key.replace(/^\//, '');

/** Tables of our own that no loaded plugin has: errors, because nobody else could have meant something by them. */
export function unknownOwnTables(
  plugins: readonly LoadedPlugin[],
  table: PeerTable,
): readonly ConfigProblem[] {
  const known = [...plugins.map(({ plugin }) => plugin.configKey), 'plugins'];
  return Object.keys(table.own)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      severity: 'error',
      path: [...table.ownPath, key],
      message: 'no loaded plugin has this table',
      ...suggestionHint(key, known),
    }));
}
