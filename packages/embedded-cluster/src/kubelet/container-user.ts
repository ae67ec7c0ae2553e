import type { ResolvedImage } from '../contracts.ts';
import { configError } from './config-error.ts';
import type { Container, Pod } from './pod-types.ts';

/** Whom a container runs as; undefined is what the image says. */
export interface ContainerUser {
  readonly user?: number;
  readonly group?: number;
  readonly supplementalGroups: readonly number[];
}

/** @throws RunnerError when `runAsNonRoot` forbids what the image wants */
export function containerUser(pod: Pod, container: Container, image: ResolvedImage): ContainerUser {
  const context = pod.spec.securityContext;
  const user = container.securityContext?.runAsUser ?? context?.runAsUser;
  const group = container.securityContext?.runAsGroup ?? context?.runAsGroup;
  const nonRoot = container.securityContext?.runAsNonRoot ?? context?.runAsNonRoot ?? false;
  const where = `pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name}`;
  if (nonRoot && user === 0)
    throw configError(`container's runAsUser breaks non-root policy (${where})`);
  if (nonRoot && user === undefined) {
    const [name = ''] = image.user.split(':');
    if (name === '' || name === '0')
      throw configError(`container has runAsNonRoot and image will run as root (${where})`);
    if (!/^\d+$/u.test(name))
      throw configError(
        `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root (${where})`,
      );
  }
  const supplementalGroups = [
    ...(context?.supplementalGroups ?? []),
    ...(context?.fsGroup === undefined ? [] : [context.fsGroup]),
  ];
  return {
    supplementalGroups,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}
