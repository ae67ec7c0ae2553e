import { createSystemClock } from '@millrace/async';
import { ConfigProblems } from '@millrace/config';
import type { Logger } from '@millrace/core';
import { createGeneration, type Generation } from '@millrace/engine';
import type { WoodpeckerJobOptions } from '@millrace/woodpecker-job';
import { builtInPlugins } from '../composition.ts';
import { noMetrics } from '../no-metrics.ts';
import type { AgentConfig } from './agent-config.ts';

/**
 * The program's plugins and those of the environment, set up.
 * @throws RunnerError that lists every problem of the environment
 */
export async function openGeneration(
  { table, plugins, problems }: AgentConfig,
  options: WoodpeckerJobOptions,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<Generation> {
  const subject = 'the environment';
  const unreadable = new ConfigProblems();
  unreadable.add(...problems);
  unreadable.throwIfErrors(subject);
  return await createGeneration({
    builtIn: builtInPlugins(options),
    references: plugins,
    folder: '.',
    table,
    logger,
    clock: createSystemClock(),
    metrics: noMetrics,
    subject,
    signal,
  });
}
