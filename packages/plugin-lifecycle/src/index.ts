import { definePlugin, type Plugin } from '@millrace/core';
import { disruptionBudgets } from './disruption-budget.ts';
import { lifecycleFields } from './lifecycle-fields.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type LifecycleSettings } from './settings.ts';

export type { HttpGet, LifecycleHandler, LifecycleRule, LifecycleSettings } from './settings.ts';

/** How containers start and end, and what may end them. */
export const plugin: Plugin<LifecycleSettings, Readonly<Record<never, never>>> = definePlugin({
  name: pluginName,
  configKey: 'lifecycle',
  configSchema: settingsSchema,
  permissions: [
    {
      apiGroups: ['policy'],
      resources: ['poddisruptionbudgets'],
      verbs: ['create', 'get', 'delete'],
      reason: 'A budget for each pod, where the settings ask for it.',
      optional: true,
    },
  ],
  setup: ({ settings, tap }) => {
    tap('contributePod', { needs: { settings } }, (unit, _job, given) =>
      lifecycleFields(unit, given.settings),
    );
    tap('contributeObject', { needs: { settings } }, (units, job, given) =>
      disruptionBudgets(units, job, given.settings),
    );
  },
});
