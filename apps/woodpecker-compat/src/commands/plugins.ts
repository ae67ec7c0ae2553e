import { hookTable, type Binding, type HookName, type Permission } from '@millrace/core';
import { executorPermissions, type Generation } from '@millrace/engine';
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
    stdout.write(`${options.hooks ? hookLines(generation) : pluginLines(generation)}\n`);
    return 0;
  } finally {
    await generation.dispose();
  }
}

function pluginLines({ plugins: loaded }: Generation): string {
  const lines = loaded.map(({ plugin, origin, bindings }, index) => {
    const rights = (plugin.permissions ?? []).map(rightText);
    return [
      `${index + 1}. ${plugin.name} (API ${plugin.apiVersion}), ${origin}`,
      `   own table: ${plugin.configKey} in MILLRACE_SETTINGS`,
      ...listed('environment', bindings.flatMap(variablesOf)),
      ...listed('options of steps', bindings.flatMap(optionsOf)),
      ...(rights.length === 0 ? [] : [`   rights: ${rights.join('; ')}`]),
    ].join('\n');
  });
  const engine = `The engine itself\n   rights: ${executorPermissions.map(rightText).join('; ')}`;
  return [...lines, engine].join('\n');
}

const listed = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`   ${title}: ${[...new Set(names)].toSorted().join(', ')}`];

const variablesOf = ({ rows, options = [] }: Binding): readonly string[] => [
  ...rows.flatMap(({ environment }) => environment ?? []),
  ...options.flatMap(({ gate }) => gate?.environment ?? []),
];

const optionsOf = ({ options = [] }: Binding): readonly string[] =>
  options.map(({ key }) => key).filter((key) => !key.startsWith('/'));

const rightText = ({ verbs, resources, optional = false }: Permission): string =>
  `${verbs.join(',')} ${resources.join(',')}${optional ? ' (optional)' : ''}`;

function hookLines({ hooks }: Generation): string {
  return (Object.keys(hookTable) as HookName[])
    .map((hook) => {
      const { kind, budget } = hookTable[hook];
      const names = hooks
        .order(hook)
        .map(
          ({ plugin, order }) => `${plugin}${order.phase === undefined ? '' : ` [${order.phase}]`}`,
        );
      return `${hook} (${kind}${budget === 0 ? '' : `, ${budget / 1000} s`}): ${names.join(' → ') || '—'}`;
    })
    .join('\n');
}
