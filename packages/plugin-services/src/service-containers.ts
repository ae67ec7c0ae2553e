import type { ContainerRequest, Unit } from '@millrace/core';
import type { NamedService } from './name-services.ts';

/** Behind the containers of the job itself; services among each other are ordered by name. */
const behindJob = 2;

/** A unit with containers for its services. */
export function withServices(unit: Unit, services: readonly NamedService[]): Unit {
  const containers = services.map(({ container, request, variables }): ContainerRequest => ({
    name: container,
    role: 'service',
    init: false,
    image: request,
    driven: false,
    variables,
    rank: behindJob,
  }));
  return { ...unit, containers: [...unit.containers, ...containers] };
}
