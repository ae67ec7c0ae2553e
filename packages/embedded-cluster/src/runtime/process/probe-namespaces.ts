import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { removeTree } from '../remove-tree.ts';
import { toolPath, type HostTools } from './host-tools.ts';
import { shellQuote } from './shell-quote.ts';

/** Whether containers get namespaces on this machine, and what carries their writable layer. */
export type NamespaceSupport =
  | { readonly available: true; readonly upper: 'disk' | 'memory' }
  | { readonly available: false; readonly reason: string };

const required = ['sh', 'mkfifo', 'mount', 'nsenter', 'setpriv', 'unshare'] as const;

/** Does once what every container's set-up does: no setting tells reliably whether it will be allowed. */
export async function probeNamespaces(
  tools: HostTools,
  dataDirectory: string,
): Promise<NamespaceSupport> {
  if (process.platform !== 'linux')
    return { available: false, reason: `namespaces need Linux, this is ${process.platform}` };
  const missing = required.filter((name) => tools[name] === undefined);
  if (missing.length > 0)
    return {
      available: false,
      reason: `this machine has no ${missing.join(', ')} (package util-linux)`,
    };
  mkdirSync(dataDirectory, { recursive: true });
  const folder = mkdtempSync(join(dataDirectory, 'probe-'));
  try {
    const disk = await attempt(tools, folder, 'disk');
    if (disk === undefined) return { available: true, upper: 'disk' };
    const memory = await attempt(tools, folder, 'memory');
    if (memory === undefined) return { available: true, upper: 'memory' };
    return { available: false, reason: explain(disk) };
  } finally {
    await removeTree(folder);
  }
}

/** Returns what went wrong, or undefined. */
async function attempt(
  tools: HostTools,
  folder: string,
  upper: 'disk' | 'memory',
): Promise<string | undefined> {
  const at = shellQuote(join(folder, upper));
  const script = [
    `set -e; mkdir -p ${at}; cd ${at}`,
    ...(upper === 'memory' ? [`mount -t tmpfs tmpfs ${at}; cd ${at}`] : []),
    `mkdir lower upper work root; mount -t overlay overlay -o ${shellQuote('lowerdir=lower,upperdir=upper,workdir=work,userxattr')} root`,
    'mkdir root/proc root/made; rmdir root/made; mount -t tmpfs tmpfs /tmp; mount -t proc proc root/proc',
  ].join('\n');
  try {
    await promisify(execFile)(
      tools.unshare ?? '',
      [
        '-U',
        '-r',
        '-m',
        '-p',
        '-i',
        '-u',
        '-f',
        '--kill-child',
        '--',
        tools.sh ?? '',
        '-c',
        script,
      ],
      {
        env: { PATH: toolPath, LC_ALL: 'C' },
        timeout: 10_000,
        killSignal: 'SIGKILL',
      },
    );
    return undefined;
  } catch (error) {
    const complaint =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return complaint === '' ? String(error) : complaint;
  }
}

/** Adds the setting that is most likely behind it. */
function explain(complaint: string): string {
  const setting = (name: string): string | undefined => {
    try {
      return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const first = complaint.split('\n')[0] ?? '';
  if (setting('kernel.apparmor_restrict_unprivileged_userns') === '1')
    return `${first} (kernel.apparmor_restrict_unprivileged_userns is 1)`;
  if (setting('user.max_user_namespaces') === '0')
    return `${first} (user.max_user_namespaces is 0)`;
  return first;
}
