import { definePlugin, PlatformToken, type Plugin } from '@millrace/core';
import { platformOf } from './node-platform.ts';
import { pluginName } from './plugin-name.ts';
import { schedulingContributions } from './pod-fields.ts';
import { settingsSchema, type SchedulingSettings } from './settings.ts';

export type {
  Affinity,
  LabelCondition,
  NodeAffinity,
  NodeTerm,
  PodAffinity,
  PodTerm,
  Requirement,
} from './affinity-settings.ts';
export type { SchedulingSettings, Toleration } from './settings.ts';

/** Where pods may run: node selector, tolerations, affinity, classes and scheduler. */
export const plugin: Plugin<SchedulingSettings> = definePlugin({
  name: pluginName,
  configKey: 'scheduling',
  configSchema: settingsSchema,
  permissions: [],
  setup: ({ settings, tap, provide }) => {
    provide(PlatformToken, { needs: { settings } }, (given) =>
      platformOf({
        ...given.settings.value.defaultNodeSelector,
        ...given.settings.value.nodeSelector,
      }),
    );
    tap('contributePod', { needs: { settings } }, (_unit, _job, given) =>
      schedulingContributions(given.settings),
    );
  },
});
