import {
  ClusterFactsToken,
  definePlugin,
  ExpandToken,
  NamespaceToken,
  RandomToken,
  VariablesToken,
  type Plugin,
} from '@millrace/core';
import { networkFields, networkService } from './discovery.ts';
import { permissions } from './permissions.ts';
import { PLUGIN } from './plugin-name.ts';
import { proxiedPorts } from './proxied-ports.ts';
import { withServices } from './service-containers.ts';
import { serviceContributions } from './service-contributions.ts';
import { servicesOf } from './services-of.ts';
import { ServicesConfig, type ServicesSettings } from './settings.ts';
import { startOptions } from './start-options.ts';

/** Containers that run beside a job: databases, caches, daemons; and how pods of one job find each other. */
export const plugin: Plugin<ServicesSettings, Readonly<Record<never, never>>> = definePlugin({
  name: PLUGIN,
  configKey: 'services',
  configSchema: ServicesConfig,
  permissions,
  setup({ settings, tap }) {
    tap('planUnits', { needs: { settings, expand: ExpandToken } }, (units, job, given) =>
      units.map((unit) => withServices(unit, servicesOf(unit, job, given).services)),
    );
    const needs = {
      settings,
      expand: ExpandToken,
      facts: ClusterFactsToken,
      variables: VariablesToken,
    };
    tap('contributePod', { needs: { settings, namespace: NamespaceToken } }, (_unit, job, given) =>
      networkFields(job, given.settings, given.namespace),
    );
    tap('contributeObject', (_units, job) => networkService(job));
    tap('contributePod', { needs }, (unit, job, given) =>
      serviceContributions(servicesOf(unit, job, given), startOptions(given)),
    );
    tap(
      'contributeObject',
      { needs: { settings, expand: ExpandToken, random: RandomToken } },
      (units, job, given) =>
        units.flatMap((unit) =>
          proxiedPorts(unit, {
            settings: given.settings.value,
            services: servicesOf(unit, job, given).services,
            job,
            random: given.random,
          }),
        ),
    );
  },
});
