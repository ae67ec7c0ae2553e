import { listHooks, listPlugins, type Generation } from '@millrace/engine';
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
    stdout.write(`${options.hooks ? listHooks(generation) : listPlugins(generation, linesOf)}\n`);
    return 0;
  } finally {
    await generation.dispose();
  }
}

function linesOf({ plugin, bindings }: Generation['plugins'][number]): readonly string[] {
  const keys = bindings.flatMap(({ rows, overwrites = [] }) => [
    ...rows.map(({ key }) => key),
    ...overwrites.map(({ gate }) => gate.key),
  ]);
  return [
    `own table: [runners.millrace.${plugin.configKey}]`,
    ...(keys.length === 0 ? [] : [`keys: ${[...new Set(keys)].toSorted().join(', ')}`]),
  ];
}
