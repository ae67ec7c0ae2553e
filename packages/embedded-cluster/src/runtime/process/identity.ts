import { needTool, type HostTools } from './host-tools.ts';
import { shellQuote } from './shell-quote.ts';

/** Whom a container's processes run as. Undefined `user`: whoever the user namespace shows as 0. */
export interface Identity {
  readonly user: number | undefined;
  readonly group: number | undefined;
  readonly supplementalGroups: readonly number[];
}

/** How a command gets into a container's root as an {@link Identity}. */
export interface IdentityCommands {
  /** Lines of the set-up, before the root moves. */
  readonly beforeMove: readonly string[];
  /** Words of shell that enter the new root, before the command. */
  readonly launch: (workingDirectory: string) => readonly string[];
  /** Arguments that enter the running container, before the command. */
  readonly enter: (outer: number, init: number, workingDirectory: string) => readonly string[];
}

const otherNamespaces = ['-m', '-p', '-i', '-u'] as const;

/**
 * Three ways. Without a user to change to, nothing is special. Root has all ids in its namespace and changes to one of
 * them. Anyone else has one id, which a second user namespace shows under the wanted number; it is made before the
 * root moves, because a process in a changed root may not make one.
 */
export function identityCommands(
  tools: HostTools,
  asRoot: boolean,
  identity: Identity,
  scratch: string,
): IdentityCommands {
  const unshare = needTool(tools, 'unshare');
  const nsenter = needTool(tools, 'nsenter');
  const keep = '--preserve-credentials';
  const { user } = identity;
  if (user === undefined || (!asRoot && user === 0)) {
    return {
      beforeMove: [],
      launch: (directory) => [unshare, '-R', '.', '-w', shellQuote(directory), '--'],
      enter: (_outer, init, directory) => [
        nsenter,
        '-t',
        String(init),
        '-U',
        ...otherNamespaces,
        keep,
        '-W',
        directory,
        '--',
      ],
    };
  }
  const group = identity.group ?? (asRoot ? 0 : user);
  if (asRoot) {
    const groups =
      identity.supplementalGroups.length === 0
        ? ['--clear-groups']
        : ['--groups', identity.supplementalGroups.join(',')];
    const become = [needTool(tools, 'setpriv'), '--regid', String(group), ...groups];
    return {
      beforeMove: [],
      launch: (directory) => [
        ...become,
        unshare,
        '-S',
        String(user),
        '-R',
        '.',
        '-w',
        shellQuote(directory),
        '--',
      ],
      // In two steps: nsenter with -U and -S at once sets the group to 0.
      enter: (_outer, init, directory) => [
        nsenter,
        '-t',
        String(init),
        '-U',
        keep,
        '--',
        ...become,
        nsenter,
        '-t',
        String(init),
        ...otherNamespaces,
        '-S',
        String(user),
        '-W',
        directory,
        '--',
      ],
    };
  }
  const fifo = shellQuote(`${scratch}/user`);
  return {
    beforeMove: [
      `mkfifo ${fifo}; ${unshare} -U --map-user=${user} --map-group=${group} sh -c ${shellQuote(`echo . >${fifo}; exec sleep 60`)} >/dev/null 2>&1 & holder=$!`,
      `read _ <${fifo}; exec 9<proc/$holder/ns/user; kill $holder`,
    ],
    launch: (directory) => [
      nsenter,
      '--user=/proc/self/fd/9',
      keep,
      '--root=.',
      shellQuote(`--wd=.${directory}`),
      '--',
    ],
    // The outer user namespace owns the others; the command's own does not.
    enter: (outer, init, directory) => [
      nsenter,
      '-t',
      String(outer),
      '-U',
      keep,
      '--',
      nsenter,
      '-t',
      String(init),
      '-U',
      ...otherNamespaces,
      keep,
      '-W',
      directory,
      '--',
    ],
  };
}
