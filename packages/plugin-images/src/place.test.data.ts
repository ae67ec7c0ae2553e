import {
  definePlugin,
  NamespaceToken,
  PlatformToken,
  type NodePlatform,
  type Plugin,
} from '@millrace/core';

/** Stands for the plugins that say where pods run: in `ns`, on nodes of the given kind. */
export function place(
  nodes: Partial<NodePlatform> = {},
): readonly Plugin<unknown, Readonly<Record<never, never>>>[] {
  return [
    definePlugin({
      name: '@millrace/testkit-place',
      configKey: 'place',
      configSchema: {
        '~standard': { version: 1, vendor: 'millrace', validate: (value: unknown) => ({ value }) },
      },
      setup({ provide }) {
        provide(NamespaceToken, { needs: {} }, () => 'ns');
        provide(PlatformToken, { needs: {} }, () => ({
          os: undefined,
          architecture: undefined,
          windowsBuild: undefined,
          ...nodes,
        }));
      },
    }),
  ];
}
