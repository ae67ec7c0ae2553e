import { dnsSubdomainErrors, isDnsSubdomain, parseImageReference } from '@millrace/kube-objects';
import { isRunnerError } from '@millrace/core';
import type { NamedService } from './name-services.ts';

/** A host name that no pod can have. */
export interface BadHostName {
  readonly alias: string;
  readonly service: NamedService;
  readonly fault: string;
}

/** Names under which the containers of a pod reach its services, or the first that cannot be one. */
export type HostNames = { readonly names: readonly string[] } | { readonly bad: BadHostName };

/**
 * All services of a pod share its address, so all names mean 127.0.0.1: for each service the names that its image gives,
 * then its aliases, duplicates included. Services with ports are reached through the cluster and have none
 * (gitlab/013, 027, 031, 041).
 */
export function hostNames(services: readonly NamedService[]): HostNames {
  const names: string[] = [];
  for (const service of services) {
    if ((service.request.ports ?? []).length > 0) continue;
    const bad = service.aliases.find((alias) => !isDnsSubdomain(alias));
    if (bad !== undefined)
      return { bad: { alias: bad, service, fault: dnsSubdomainErrors(bad).join(', ') } };
    names.push(...imageHostNames(service.image), ...service.aliases);
  }
  return { names };
}

/**
 * `registry.example.com:5000/team/mq:1` gives `registry.example.com-team-mq`; the form with `__` for slashes is no
 * host name in Kubernetes, except where there is no slash and both are the same.
 */
export function imageHostNames(image: string): readonly string[] {
  if (!isImageName(image)) return [];
  const [tagged = ''] = image.split('@');
  const name = tagged.replace(/:[^/:]*$/u, '').replace(/^([^/]*?):\d+(?=\/)/u, '$1');
  const candidates = new Set([name.replaceAll('/', '__'), name.replaceAll('/', '-')]);
  return [...candidates].filter((candidate) => isDnsSubdomain(candidate));
}

function isImageName(image: string): boolean {
  try {
    parseImageReference(image);
    return true;
  } catch (thrown) {
    if (isRunnerError(thrown)) return false;
    throw thrown;
  }
}
