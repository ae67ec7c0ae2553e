import { definePlugin, type Plugin } from '@millrace/core';
import { metadataContributions } from './metadata-fields.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type MetadataSettings } from './settings.ts';

export type { MetadataSettings } from './settings.ts';

/** Labels and annotations of pods. */
export const plugin: Plugin<MetadataSettings> = definePlugin({
  name: pluginName,
  configKey: 'metadata',
  configSchema: settingsSchema,
  permissions: [],
  setup: ({ settings, tap }) => {
    tap('contributePod', { needs: { settings } }, (unit, job, given) =>
      metadataContributions(unit, job, given.settings),
    );
  },
});
