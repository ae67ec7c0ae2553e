import { readKubernetesYaml, type ConfigProblem } from '@millrace/config';
import type { JsonObject, JsonValue } from '@millrace/core';
import type { PeerTable, PluginReference } from '@millrace/engine';
import { woodpeckerBindings } from '../bindings.ts';
import { agentValues, type AgentValues } from './agent-values.ts';
import { environmentVariables } from './environment-variables.ts';
import { readVariable } from './read-variable.ts';

/** The agent's environment, and flags that win over it. */
export interface AgentInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values of flags by the environment variable they stand for. */
  readonly flags: Readonly<Record<string, string>>;
}

/** What the environment says to the plugins. */
export interface AgentConfig {
  readonly table: PeerTable;
  readonly plugins: readonly PluginReference[];
  /** What it says to the agent itself. */
  readonly agent: AgentValues;
  /** Variables whose text cannot be read. */
  readonly problems: readonly ConfigProblem[];
}

const backendPrefix = 'WOODPECKER_BACKEND_K8S_';
/** Our own settings, a table for each plugin by its key, as YAML or JSON. */
const settingsVariable = 'MILLRACE_SETTINGS';
/** Names or paths of plugins besides the built-in ones, separated by commas. */
const pluginsVariable = 'MILLRACE_PLUGINS';

/** Reads the environment for the plugins; what is wrong is reported, not thrown. */
export function agentConfig({ environment, flags }: AgentInput): AgentConfig {
  const texts = { ...environment, ...flags };
  const known = environmentVariables(woodpeckerBindings);
  const names = new Set(known.map(({ name }) => name));
  const agent = agentValues(texts);
  const problems: ConfigProblem[] = [...agent.problems];
  const values = new Map<string, JsonValue>();
  for (const variable of known) {
    const text = texts[variable.name];
    if (text === undefined) continue;
    const read = readVariable(variable, text);
    if ('fault' in read)
      problems.push({
        severity: 'error',
        path: [variable.name],
        message: read.fault,
        hint: read.hint,
      });
    else if (read.value !== undefined) values.set(variable.name, read.value);
  }
  // What nobody knows is told about when the settings are resolved.
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined && name.startsWith(backendPrefix) && !names.has(name))
      values.set(name, text);
  return {
    table: {
      runner: Object.fromEntries(values),
      runnerPath: [],
      podsKey: 'kubernetes',
      appKeys: [],
      own: ownSettings(texts[settingsVariable] ?? '', problems),
      ownPath: [settingsVariable],
      positionOf: () => undefined,
    },
    agent,
    plugins: pluginNames(texts[pluginsVariable] ?? ''),
    problems,
  };
}

function ownSettings(text: string, problems: ConfigProblem[]): JsonObject {
  const read = readKubernetesYaml(text);
  if ('value' in read && read.value === null) return {};
  if ('value' in read && typeof read.value === 'object' && !Array.isArray(read.value))
    return read.value as JsonObject;
  problems.push({
    severity: 'error',
    path: [settingsVariable],
    message: 'fault' in read ? read.fault : 'it is no object',
    hint: 'write a YAML or JSON object with a table for each plugin, such as {volumes: {workspaceClaim: {sameNode: true}}}',
  });
  return {};
}

const pluginNames = (text: string): readonly PluginReference[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name, index) => ({ name, path: [pluginsVariable, index] }));
