import { driverProgram } from './shell/driver-program.ts';
import { sessionProgram } from './shell/session-program.ts';

/** What {@link driverCommand} puts into a container's command. */
export interface DriverOptions {
  /** `helper` also places the session program; any other role only runs stages. `[a-z0-9-]+`. */
  readonly role: 'build' | 'helper' | (string & {});
  /** Where stage scripts lie; a volume that all roles of the pod mount at the same path. */
  readonly scriptsDirectory: string;
  /** Where `output.log` and the exit records lie; likewise shared. */
  readonly logsDirectory: string;
  /** The driver ends itself this long after the last session and the last stage. */
  readonly idleTimeoutSeconds: number;
  /** Octal umask of the stages; the container's own if absent. GitLab Runner's helper runs its stages with `0000`. */
  readonly stageUmask?: string;
  /** Shells for the stages, absolute paths, the first executable one is taken; {@link stageShells} if absent. */
  readonly shells?: readonly string[];
}

/** Order in which GitLab Runner looks for a shell, for `shell = "bash"` and `shell = "sh"` alike. */
export const stageShells: readonly string[] = [
  '/usr/local/bin/bash',
  '/usr/bin/bash',
  '/bin/bash',
  '/usr/local/bin/sh',
  '/usr/bin/sh',
  '/bin/sh',
  '/busybox/sh',
];

/**
 * The command of a container that runs stages. It holds no dollar sign that Kubernetes would expand, as long as the
 * directories do not.
 * @example
 * container.command = driverCommand({ role: 'build', scriptsDirectory: '/scripts-1-2', logsDirectory: '/logs-1-2', idleTimeoutSeconds: 300 });
 */
export function driverCommand(options: DriverOptions): readonly string[] {
  return [
    'sh',
    '-c',
    driverProgram,
    'millrace',
    options.scriptsDirectory,
    options.logsDirectory,
    options.role,
    String(options.idleTimeoutSeconds),
    options.stageUmask ?? '',
    (options.shells ?? stageShells).join(' '),
    options.role === 'helper' ? sessionProgram : '',
  ];
}
