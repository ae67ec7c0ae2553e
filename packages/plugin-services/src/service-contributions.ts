import type { ClusterFacts, PodContribution } from '@millrace/core';
import { hostNames } from './host-names.ts';
import type { NamedService, NamedServices } from './name-services.ts';
import { PLUGIN } from './plugin-name.ts';
import { supportsHostAliases } from './host-alias-support.ts';

/** What a pod with services depends on. */
export interface ServiceContext {
  readonly facts: Pick<ClusterFacts, 'version'>;
  readonly healthCheckVariable: string | undefined;
  /** Set when services start as their images say: the variable that says so. */
  readonly plainStart: string | undefined;
}

/** Commands and host names of a pod's services, and what there is to say about them. */
export function serviceContributions(
  { services, lost }: NamedServices,
  context: ServiceContext,
): readonly PodContribution[] {
  return [
    ...services.flatMap((service) => [
      ...commands(service, context),
      ...healthCheck(service, context),
    ]),
    ...lost.map(lostService),
    ...hostAliases(services, context),
  ];
}

/** GitLab Runner: honouring entrypoints loses those that were asked for (gitlab/037, 207). */
function commands(
  { container, request, source }: NamedService,
  { plainStart }: ServiceContext,
): readonly PodContribution[] {
  const { entrypoint = [], command = [] } = request;
  if (entrypoint.length + command.length > 0 && plainStart !== undefined)
    return [
      {
        kind: 'warn',
        code: 'services.plain-start',
        text: `Service ${container} starts as its image says, without the entrypoint and command that were asked for: ${plainStart} is on.`,
        values: { container, variable: plainStart },
        source,
      },
    ];
  const set = (path: string, value: readonly string[]): readonly PodContribution[] =>
    value.length === 0
      ? []
      : [{ kind: 'field', on: { name: [container] }, path, op: 'set', value, source }];
  return [...set('/command', entrypoint), ...set('/args', command)];
}

function healthCheck(
  { container, variables }: NamedService,
  { healthCheckVariable }: ServiceContext,
): readonly PodContribution[] {
  if (!variables.some(({ key }) => key === healthCheckVariable)) return [];
  return [
    {
      kind: 'warn',
      code: 'services.health-check',
      text: `${healthCheckVariable} of service ${container} is not supported yet: the job begins without waiting for the port. Wait for it in the script.`,
      values: { container, variable: healthCheckVariable },
    },
  ];
}

const lostService = ({ image, container, source }: NamedService): PodContribution => ({
  kind: 'warn',
  code: 'services.lost',
  text: `Service ${image} does not run: another service is named "${container}" too. Give each service an alias of its own.`,
  values: { image, container },
  source,
});

function hostAliases(
  services: readonly NamedService[],
  { facts }: ServiceContext,
): readonly PodContribution[] {
  const support = supportsHostAliases(facts.version);
  if (support === 'unknown')
    return [
      {
        kind: 'warn',
        code: 'services.host-aliases-unknown',
        text: `The server's version ${facts.version.major}.${facts.version.minor} says nothing: services have no host names.`,
        values: { major: facts.version.major, minor: facts.version.minor },
      },
    ];
  if (support === 'no') return [];
  const found = hostNames(services);
  if ('bad' in found) {
    const { alias, service, fault } = found.bad;
    return [
      {
        kind: 'refuse',
        code: 'services.bad-alias',
        text: `alias ${alias} of service ${service.image} cannot be a host name: ${fault}`,
        values: { alias, image: service.image, fault },
        reason: 'host_name_invalid',
        source: service.source,
      },
    ];
  }
  if (found.names.length === 0) return [];
  return [
    {
      kind: 'field',
      path: '/spec/hostAliases',
      op: 'append',
      value: { ip: '127.0.0.1', hostnames: found.names },
      source: { plugin: PLUGIN },
      reason: 'services run in the same pod',
    },
  ];
}
