import { createSystemClock } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { createGeneration, type Generation } from '@millrace/engine';
import { builtInPlugins, type Travel } from '../composition.ts';
import { noMetrics } from '../no-metrics.ts';
import type { RunnerConfig } from './runner-config.ts';

/**
 * The program's plugins and those of a runner's configuration, set up.
 * @throws RunnerError that lists every problem of the configuration
 */
export function openGeneration(
  config: RunnerConfig,
  travel: Travel,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<Generation> {
  return createGeneration({
    builtIn: builtInPlugins(travel),
    references: config.plugins,
    folder: config.folder,
    table: config.table,
    logger,
    clock: createSystemClock(),
    metrics: noMetrics,
    subject: config.file,
    signal,
  });
}
