import type { JsonValue } from '@millrace/core';
import type { Findings } from './findings.ts';
import { goJson, scalarText, toJson } from './go-text.ts';
import { describeNode, type PipelineMap, type PipelineNode } from './pipeline-node.ts';

/** Gives a secret, or reports at the node why not. */
export type SecretLookup = (name: string, node: PipelineNode) => string | undefined;

/** Variables of a step, and which of them a secret went into. */
export interface StepVariables {
  readonly environment: Readonly<Record<string, string>>;
  readonly fromSecrets: Readonly<Record<string, string>>;
}

/** Name of the variable that a setting becomes. */
export const settingVariable = (key: string): string =>
  `PLUGIN_${key.replaceAll(/[.-]/gu, '_').toUpperCase()}`;

/**
 * Turns `settings` or `environment` into variables: scalars as text, lists of scalars with commas, everything else as
 * JSON; `from_secret` stands for a secret's value at any depth; what has no value is left out.
 */
export function toVariables(
  map: PipelineMap,
  nameOf: (key: string) => string,
  lookup: SecretLookup,
  findings: Findings,
): StepVariables {
  const environment: Record<string, string> = {};
  const fromSecrets: Record<string, string> = {};
  for (const [key, node] of map.entries) {
    if (key === '' || (node.kind === 'scalar' && node.value === null)) continue;
    const used = new Set<string>();
    const noticed: SecretLookup = (name, place) => {
      used.add(name);
      return lookup(name, place);
    };
    const value = toText(node, noticed, findings);
    environment[nameOf(key)] = value;
    if (used.size > 0) fromSecrets[nameOf(key)] = value;
  }
  return { environment, fromSecrets };
}

function toText(node: PipelineNode, lookup: SecretLookup, findings: Findings): string {
  if (node.kind === 'scalar') return scalarText(node);
  if (node.kind === 'list' && node.items.every((item) => item.kind === 'scalar'))
    return node.items.map((item) => toText(item, lookup, findings)).join(',');
  const resolved = withSecrets(node, lookup, findings);
  // A mapping becomes text only as from_secret.
  return typeof resolved === 'string' ? resolved : goJson(resolved);
}

function withSecrets(node: PipelineNode, lookup: SecretLookup, findings: Findings): JsonValue {
  if (node.kind === 'scalar') return toJson(node);
  if (node.kind === 'list') return node.items.map((item) => withSecrets(item, lookup, findings));
  const name = node.entries.get('from_secret');
  if (name === undefined)
    return Object.fromEntries(
      [...node.entries].map(([key, item]) => [key, withSecrets(item, lookup, findings)]),
    );
  if (name.kind === 'scalar' && typeof name.value === 'string')
    return lookup(name.value, name) ?? '';
  findings.error(name, `expected the name of a secret, found ${describeNode(name)}`);
  return '';
}
