import type { PipelineContext } from './context.ts';
import type { Container } from './container.ts';
import type { Findings } from './findings.ts';
import { matchesImage } from './matches-image.ts';
import { getEntry } from './pipeline-node.ts';

/** Plugins that once ran privileged of themselves; without it they fail in ways that do not say so. */
const formerlyPrivileged: readonly string[] = [
  'plugins/docker',
  'plugins/gcr',
  'plugins/ecr',
  'woodpeckerci/plugin-docker-buildx',
];

/** Refuses what the repository is not trusted with, as the server does. */
export function checkTrust(
  container: Container,
  { trust, privilegedPlugins = [] }: PipelineContext,
  findings: Findings,
): void {
  const { node, image } = container;
  const needs: readonly (readonly [keyof typeof trust, string, boolean])[] = [
    ['security', 'privileged', container.privileged],
    ['network', 'dns', container.dns.length > 0],
    ['network', 'dns_search', container.dnsSearch.length > 0],
    ['network', 'extra_hosts', container.extraHosts.length > 0],
    ['network', 'network_mode', !['', 'none'].includes(container.networkMode)],
    ['volumes', 'devices', container.devices.length > 0],
    ['volumes', 'volumes', container.volumes.length > 0],
    ['volumes', 'tmpfs', container.tmpfs.length > 0],
  ];
  for (const [kind, key, isUsed] of needs) {
    if (isUsed && !trust[kind])
      findings.error(
        getEntry(node, key) ?? node,
        `needs a repository that is trusted (${kind})`,
        `trust the repository with ${kind}, or remove it`,
      );
  }
  if (matchesImage(image, formerlyPrivileged) && !matchesImage(image, privilegedPlugins))
    findings.error(
      getEntry(node, 'image') ?? node,
      `the plugin ${image} needs a privileged container, and is none of the privileged plugins`,
      'add it to the privileged plugins',
    );
}
