import type {
  ContainerRequest,
  Job,
  JobContribution,
  PortRequest,
  Random,
  Source,
  Unit,
} from '@millrace/core';
import { gitlabNameBase, resourceTypes } from '@millrace/kube-objects';
import type { NamedService } from './name-services.ts';
import { PLUGIN } from './plugin-name.ts';
import type { ServicesSettings } from './settings.ts';

/** What proxied ports depend on. */
export interface ProxyContext {
  readonly settings: ServicesSettings;
  readonly services: readonly NamedService[];
  readonly job: Pick<Job, 'labels' | 'id'>;
  readonly random: Random;
}

/** A name under which ports of a pod are reached from outside. */
interface Proxy {
  readonly name: string;
  readonly ports: readonly PortRequest[];
  readonly source: Source;
}

const longestBase = 54;

/** A cluster service for each name of a container with ports (gitlab/009, 041). */
export function proxiedPorts(unit: Unit, context: ProxyContext): readonly JobContribution[] {
  const proxies = unit.containers.flatMap((container) => proxiesOf(container, context));
  // Of two containers with one name the later is reached.
  const byName = new Map(proxies.map((proxy) => [proxy.name, proxy]));
  const names = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return names.map((proxy): JobContribution => ({
    kind: 'object',
    id: `proxy-${unit.id}-${proxy.name}`,
    type: resourceTypes.services,
    manifest: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: objectName(proxy.name, context.random) },
      spec: {
        type: 'ClusterIP',
        selector: selector(unit, context),
        ports: proxy.ports.map(({ number }) => ({
          name: `${proxy.name}-${number}`,
          port: number,
          targetPort: number,
        })),
      },
    },
    scope: { unit: unit.id },
    when: 'after',
    owner: { unit: unit.id },
    deleteAt: 'scope-end',
    source: proxy.source,
  }));
}

function proxiesOf(
  { name, image }: ContainerRequest,
  { settings, services }: ProxyContext,
): readonly Proxy[] {
  const ports = image?.ports ?? [];
  if (ports.length === 0) return [];
  const service = services.find(({ container }) => container === name);
  const own = settings.proxy.ownNames.includes(name) ? name : `proxy-${name}`;
  const names = service === undefined || service.aliases.length === 0 ? [own] : service.aliases;
  const source = service?.source ?? { plugin: PLUGIN, configPath: `image of container "${name}"` };
  return names.map((alias) => ({ name: alias, ports, source }));
}

const objectName = (name: string, random: Random): string =>
  `${gitlabNameBase(name).slice(0, longestBase)}-${random.name(8)}`;

function selector(unit: Unit, { settings, job }: ProxyContext): Readonly<Record<string, string>> {
  const label = job.labels.find(({ key }) => key === settings.proxy.selectorLabel);
  return label === undefined
    ? { 'millrace.dev/job': job.id, 'millrace.dev/unit': unit.id }
    : { [label.key]: label.value };
}
