import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of util-linux and coreutils that the process runtime starts, by absolute path. */
export interface HostTools {
  readonly sh: string | undefined;
  readonly mkfifo: string | undefined;
  readonly mount: string | undefined;
  readonly nsenter: string | undefined;
  readonly script: string | undefined;
  readonly setpriv: string | undefined;
  readonly stty: string | undefined;
  readonly unshare: string | undefined;
}

/** Tools never come from a job's PATH. */
export const toolPath = '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

/** Finds the tools; undefined for what this machine does not have. */
export function findHostTools(): HostTools {
  const find = (name: string): string | undefined =>
    toolPath
      .split(':')
      .map((folder) => join(folder, name))
      .find((path) => existsSync(path));
  return {
    sh: find('sh'),
    mkfifo: find('mkfifo'),
    mount: find('mount'),
    nsenter: find('nsenter'),
    script: find('script'),
    setpriv: find('setpriv'),
    stty: find('stty'),
    unshare: find('unshare'),
  };
}

/** @throws Error when the tool is not there; callers have probed for it */
export function needTool(tools: HostTools, name: keyof HostTools): string {
  const path = tools[name];
  if (path === undefined) throw new Error(`this machine has no ${name}`);
  return path;
}
