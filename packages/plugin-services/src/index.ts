import {
  ClusterFactsToken,
  definePlugin,
  ExpandToken,
  RandomToken,
  type Expand,
  type Job,
  type Plugin,
  VariablesToken,
  type Settings,
  type Unit,
} from '@millrace/core';
import { nameServices, type NamedServices } from './name-services.ts';
import { PLUGIN } from './plugin-name.ts';
import { proxiedPorts } from './proxied-ports.ts';
import { withServices } from './service-containers.ts';
import { serviceContributions } from './service-contributions.ts';
import { ServicesConfig, type ServicesSettings } from './settings.ts';
import { wantedServices } from './wanted-services.ts';

/** Containers that run beside a job: databases, caches, daemons. */
export const plugin: Plugin<ServicesSettings, Readonly<Record<never, never>>> = definePlugin({
  name: PLUGIN,
  configKey: 'services',
  configSchema: ServicesConfig,
  permissions: [
    {
      apiGroups: [''],
      resources: ['services'],
      verbs: ['create', 'get', 'delete'],
      reason: 'Ports that a job’s image or service declares.',
      optional: true,
    },
  ],
  setup({ settings, tap }) {
    tap('planUnits', { needs: { settings, expand: ExpandToken } }, (units, job, given) =>
      units.map((unit) => withServices(unit, named(unit, job, given).services)),
    );
    const needs = {
      settings,
      expand: ExpandToken,
      facts: ClusterFactsToken,
      variables: VariablesToken,
    };
    tap('contributePod', { needs }, (unit, job, given) => {
      const { healthCheckVariable, plainStartVariable } = given.settings.value;
      const variable = given.variables.findLast(({ key }) => key === plainStartVariable);
      return serviceContributions(named(unit, job, given), {
        facts: given.facts,
        healthCheckVariable,
        plainStart: variable?.value === 'true' ? plainStartVariable : undefined,
      });
    });
    tap(
      'contributeObject',
      { needs: { settings, expand: ExpandToken, random: RandomToken } },
      (units, job, given) =>
        units.flatMap((unit) =>
          proxiedPorts(unit, {
            settings: given.settings.value,
            services: named(unit, job, given).services,
            job,
            random: given.random,
          }),
        ),
    );
  },
});

/** The services of a unit; the same before and after their containers were added. */
function named(
  unit: Unit,
  job: Job,
  { settings, expand }: { readonly settings: Settings<ServicesSettings>; readonly expand: Expand },
): NamedServices {
  const taken = unit.containers.filter(({ role }) => role !== 'service').map(({ name }) => name);
  return nameServices(wantedServices(job, settings, expand), taken);
}
