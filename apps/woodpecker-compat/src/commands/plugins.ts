import type { Binding } from '@millrace/core';
import { listHooks, listPlugins, type Generation } from '@millrace/engine';
import { agentConfig } from '../config/agent-config.ts';
import { openGeneration } from '../config/open-generation.ts';
import { ownPlatform } from '../config/own-platform.ts';
import type { CommandContext } from './command-context.ts';

/** Options of `plugins`, as parsed. */
export interface PluginsOptions {
  readonly hooks: boolean;
}

/** Prints what is loaded, from where, in which order, which variables and options each owns, and with `--hooks` who runs when. */
export async function plugins(options: PluginsOptions, context: CommandContext): Promise<number> {
  const { stdout, logger, signal } = context;
  const generation = await openGeneration(
    agentConfig(context),
    { hostname: 'explain', platform: ownPlatform() },
    { logger, signal },
  );
  try {
    stdout.write(`${options.hooks ? listHooks(generation) : listPlugins(generation, linesOf)}\n`);
    return 0;
  } finally {
    await generation.dispose();
  }
}

const linesOf = ({ plugin, bindings }: Generation['plugins'][number]): readonly string[] => [
  `own table: ${plugin.configKey} in MILLRACE_SETTINGS`,
  ...listed('environment', bindings.flatMap(variablesOf)),
  ...listed('options of steps', bindings.flatMap(optionsOf)),
];

const listed = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${title}: ${[...new Set(names)].toSorted().join(', ')}`];

const variablesOf = ({ rows, options = [] }: Binding): readonly string[] => [
  ...rows.flatMap(({ environment }) => environment ?? []),
  ...options.flatMap(({ gate }) => gate?.environment ?? []),
];

const optionsOf = ({ options = [] }: Binding): readonly string[] =>
  options.map(({ key }) => key).filter((key) => !key.startsWith('/'));
