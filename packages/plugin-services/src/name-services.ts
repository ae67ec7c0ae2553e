import { isDnsLabel } from '@millrace/kube-objects';
import type { WantedService } from './wanted-services.ts';

/** A service with the name of its container. */
export interface NamedService extends WantedService {
  readonly container: string;
}

/** Services by the name of their container, and those that lost theirs to another. */
export interface NamedServices {
  readonly services: readonly NamedService[];
  readonly lost: readonly NamedService[];
}

/**
 * A container is named after the service's first alias that fits and that no other service has; `svc-0`, `svc-1`, …
 * name the others. A service whose alias is such a name loses its place to the one that is numbered so: that is what
 * users of GitLab Runner have (gitlab/033, 035).
 * @param taken - names of containers that the pod has anyway
 */
export function nameServices(
  wanted: readonly WantedService[],
  taken: readonly string[],
): NamedServices {
  const seen = new Set(taken);
  const byName = new Map<string, NamedService>();
  const lost: NamedService[] = [];
  let numbered = 0;
  for (const service of wanted) {
    const alias = service.aliases.find((candidate) => {
      const fresh = !seen.has(candidate);
      seen.add(candidate);
      return fresh && isDnsLabel(candidate);
    });
    const container = alias ?? `svc-${numbered}`;
    if (alias === undefined) numbered += 1;
    const displaced = byName.get(container);
    if (displaced !== undefined) lost.push(displaced);
    byName.set(container, { ...service, container });
  }
  return {
    services: [...byName.values()].toSorted((a, b) => (a.container < b.container ? -1 : 1)),
    lost,
  };
}
