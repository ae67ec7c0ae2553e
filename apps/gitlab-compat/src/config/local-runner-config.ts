import type { JsonObject } from '@millrace/core';
import { readRunnerConfig, runnerConfig, type RunnerConfig } from './runner-config.ts';

/** What a local run says about the runner. */
export interface LocalRunnerOptions {
  readonly config?: string;
  readonly runner?: string;
}

/**
 * The runner of `--config`, or one with defaults. Where containers have no mount namespace of their own, the job's
 * directories are put under the cluster's private prefix; a configuration that names others keeps them and is refused
 * by the cluster with the reason.
 */
export async function localRunnerConfig(
  options: LocalRunnerOptions,
  mountPrefix: string | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<RunnerConfig> {
  const config =
    options.config === undefined
      ? runnerConfig(defaults, 'the built-in defaults', undefined)
      : await readRunnerConfig(options.config, options.runner, { signal });
  if (mountPrefix === undefined) return config;
  const { table } = config;
  const kubernetes = (table.runner[table.podsKey] ?? {}) as JsonObject;
  const runner = {
    ...table.runner,
    builds_dir: table.runner['builds_dir'] ?? `${mountPrefix}/builds`,
    [table.podsKey]: {
      ...kubernetes,
      logs_base_dir: kubernetes['logs_base_dir'] ?? mountPrefix,
      scripts_base_dir: kubernetes['scripts_base_dir'] ?? mountPrefix,
    },
  };
  return { ...config, table: { ...table, runner } };
}

const defaults = `
[[runners]]
  name = "millrace exec"
  executor = "kubernetes"
  [runners.kubernetes]
    namespace = "default"
    image = "alpine:3.21"
    pull_policy = "if-not-present"
    poll_timeout = 60
`;
