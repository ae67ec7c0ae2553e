import { ClusterFactsToken, definePlugin, PlatformToken, type Plugin } from '@millrace/core';
import { dnsContributions } from './dns-fields.ts';
import { hostAliasContributions } from './host-aliases.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type DnsSettings } from './settings.ts';

export type { DnsOption, DnsSettings, HostAlias } from './settings.ts';

/** DNS policy, resolver settings and host aliases of pods. */
export const plugin: Plugin<DnsSettings> = definePlugin({
  name: pluginName,
  configKey: 'dns',
  configSchema: settingsSchema,
  permissions: [],
  setup: ({ settings, tap }) => {
    const needs = { settings, platform: PlatformToken, facts: ClusterFactsToken };
    tap('contributePod', { needs }, (_unit, _job, given) => [
      ...dnsContributions(given.settings),
      ...hostAliasContributions(given.settings, given),
    ]);
  },
});
