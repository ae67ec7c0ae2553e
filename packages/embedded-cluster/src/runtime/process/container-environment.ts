import type { ContainerSpec } from '../../contracts.ts';

/** What a container runtime sets when neither image nor pod does. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A container's variables with the runtime's own defaults. */
export function containerEnvironment(
  spec: ContainerSpec,
  home: string,
): Readonly<Record<string, string>> {
  return {
    PATH: defaultPath,
    HOSTNAME: spec.hostname,
    HOME: home,
    ...(spec.tty ? { TERM: 'xterm' } : {}),
    ...spec.environment,
  };
}
