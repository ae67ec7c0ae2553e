import { hookTable, type HookName, type Permission } from '@millrace/core';
import { executorPermissions, type Generation } from '@millrace/engine';
import { openGeneration } from '../config/open-generation.ts';
import { readRunnerConfig, runnerConfig } from '../config/runner-config.ts';
import type { CommandContext } from './explain.ts';

/** Options of `plugins`, as parsed. */
export interface PluginsOptions {
  readonly config?: string;
  readonly runner?: string;
  readonly hooks: boolean;
}

/** Prints what is loaded, from where, in which order, which configuration keys each owns, and with `--hooks` who runs when. */
export async function plugins(
  options: PluginsOptions,
  { stdout, logger, signal }: CommandContext,
): Promise<number> {
  const config =
    options.config === undefined
      ? runnerConfig('[[runners]]\n[runners.kubernetes]\n', 'defaults', undefined)
      : await readRunnerConfig(options.config, options.runner, { signal });
  const generation = await openGeneration(config, 'git', { logger, signal });
  try {
    stdout.write(`${options.hooks ? hookLines(generation) : pluginLines(generation)}\n`);
    return 0;
  } finally {
    await generation.dispose();
  }
}

function pluginLines({ plugins: loaded }: Generation): string {
  const lines = loaded.map(({ plugin, origin, bindings }, index) => {
    const keys = bindings.flatMap(({ rows, overwrites = [] }) => [
      ...rows.map(({ key }) => key),
      ...overwrites.map(({ gate }) => gate.key),
    ]);
    const rights = (plugin.permissions ?? []).map(rightText);
    return [
      `${index + 1}. ${plugin.name} (API ${plugin.apiVersion}), ${origin}`,
      `   own table: [runners.millrace.${plugin.configKey}]`,
      ...(keys.length === 0 ? [] : [`   keys: ${[...new Set(keys)].toSorted().join(', ')}`]),
      ...(rights.length === 0 ? [] : [`   rights: ${rights.join('; ')}`]),
    ].join('\n');
  });
  const engine = `The engine itself\n   rights: ${executorPermissions.map(rightText).join('; ')}`;
  return [...lines, engine].join('\n');
}

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
