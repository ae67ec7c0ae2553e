import { PLUGIN_API_VERSION } from '@millrace/core';

/**
 * What keeps a module's export from being a plugin, as the end of a sentence about it; undefined when nothing does.
 * Plain objects count: only the shape matters.
 */
export function checkPlugin(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'does not export a plugin';
  const { $$type, name, apiVersion, configKey, configSchema, setup } = value as Readonly<
    Record<string, unknown>
  >;
  if ($$type !== '@millrace/plugin')
    return 'does not export a plugin: its $$type is not "@millrace/plugin"';
  if (typeof name !== 'string' || name === '') return 'has no name';
  if (apiVersion !== PLUGIN_API_VERSION)
    return `is made for plugin API ${String(apiVersion)}, this is ${PLUGIN_API_VERSION}`;
  if (typeof configKey !== 'string' || !/^[a-z][a-z0-9_]*$/.test(configKey))
    return `has the configKey ${JSON.stringify(configKey)}, which must match [a-z][a-z0-9_]*`;
  if (typeof configSchema !== 'object' || configSchema === null || !('~standard' in configSchema))
    return 'has no configSchema that follows Standard Schema';
  if (typeof setup !== 'function') return 'has no setup function';
  return undefined;
}
