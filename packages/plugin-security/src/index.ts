import { definePlugin, PlatformToken, type Plugin } from '@millrace/core';
import { containerContext, ruleWarnings } from './container-context.ts';
import { matchRules } from './match-rules.ts';
import { podContext } from './pod-context.ts';
import { settingsSchema, type SecuritySettings } from './settings.ts';

export type {
  ContainerContext,
  ContainerDefaults,
  ContextRule,
  PodContext,
  SecuritySettings,
} from './settings.ts';

/** Security contexts of pods and their containers, and the users that jobs may ask for. */
export const plugin: Plugin<SecuritySettings> = definePlugin({
  name: '@millrace/plugin-security',
  configKey: 'security',
  configSchema: settingsSchema,
  permissions: [],
  setup: ({ settings, tap }) => {
    tap(
      'contributePod',
      { needs: { settings, platform: PlatformToken } },
      ({ containers }, _job, needs) => {
        const windows = needs.platform.os === 'windows';
        const ruled = matchRules(containers, needs.settings.value.rules);
        const used = new Map(ruled.flatMap(({ rules }) => rules.map((rule) => [rule.name, rule])));
        return [
          ...podContext(needs.settings),
          ...used.values().flatMap((rule) => ruleWarnings(rule, needs.settings)),
          ...ruled.flatMap((container) => containerContext(container, needs.settings, { windows })),
        ];
      },
    );
  },
});
