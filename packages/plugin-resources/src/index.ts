import { definePlugin, type Plugin } from '@millrace/core';
import { podResources } from './container-resources.ts';
import { settingsSchema, type ResourcesSettings } from './settings.ts';

export type {
  QuantityVariable,
  ResourceLists,
  ResourceRule,
  ResourcesSettings,
} from './settings.ts';

/** Requests and limits of containers and pods. */
export const plugin: Plugin<ResourcesSettings> = definePlugin({
  name: '@millrace/plugin-resources',
  configKey: 'resources',
  configSchema: settingsSchema,
  permissions: [],
  setup: ({ settings, tap }) => {
    tap('contributePod', { needs: { settings } }, ({ containers }, _job, needs) =>
      podResources(containers, needs.settings),
    );
  },
});
