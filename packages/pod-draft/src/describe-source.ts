import type { Source } from '@millrace/core';

/**
 * Where a person can change what a source set: `$KUBERNETES_CPU_LIMIT`,
 * `runners.kubernetes.node_selector (config.toml:12)`, or the plugin whose default it is. A job variable comes first,
 * because it replaced what the configuration says.
 */
export function describeSource(source: Source): string {
  if (source.variable !== undefined) return `$${source.variable}`;
  const place =
    source.position === undefined ? undefined : `${source.position.file}:${source.position.line}`;
  if (source.configPath === undefined) return place ?? `default of ${source.plugin}`;
  return place === undefined ? source.configPath : `${source.configPath} (${place})`;
}
