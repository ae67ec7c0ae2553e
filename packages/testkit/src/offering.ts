import type { Plugin, Token } from '@millrace/core';

/**
 * A plugin that offers one job service and does nothing else: stands for the plugin that offers it in production.
 * @example
 * createPluginHarness(plugin, { beside: [offering(NamespaceToken, 'ci')] });
 */
export function offering<T>(token: Token<T>, value: T): Plugin {
  const name = token.id.replaceAll(/[^a-z0-9]+/g, '_');
  return {
    $$type: '@millrace/plugin',
    name: `@millrace/testkit-${name}`,
    apiVersion: '1',
    configKey: `testkit_${name}`,
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (given) => ({ value: given }) },
    },
    setup: ({ provide }) => provide(token, { needs: {} }, () => value),
  };
}
