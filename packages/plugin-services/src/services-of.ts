import type { Expand, Job, Settings, Unit } from '@millrace/core';
import { nameServices, type NamedServices } from './name-services.ts';
import type { ServicesSettings } from './settings.ts';
import { wantedServices } from './wanted-services.ts';

/** The services of a unit; the same before and after their containers were added. */
export function servicesOf(
  unit: Unit,
  job: Job,
  { settings, expand }: { readonly settings: Settings<ServicesSettings>; readonly expand: Expand },
): NamedServices {
  const taken = unit.containers.filter(({ role }) => role !== 'service').map(({ name }) => name);
  return nameServices(wantedServices(job, settings, expand), taken);
}
