import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** One step in assembling this machine's root, in the order in which to do them. */
export type HostEntry =
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** A private overlay over a directory: that of the same path, or a copy of it. */
  | { readonly kind: 'overlay'; readonly path: string; readonly lower: string }
  /** A plain directory: mounts lie below it, which an overlay in a user namespace refuses. Its files are copied. */
  | { readonly kind: 'directory'; readonly path: string; readonly files: readonly string[] };

/**
 * What of this machine's root a container sees. Not `/home`, `/root`, `/run`, `/srv`, `/mnt`: nothing a job needs is
 * there, and the user's own files are.
 */
const visible = [
  'bin',
  'sbin',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'usr',
  'etc',
  'opt',
  'var',
  'nix',
];

/** File systems of the kernel; there is nothing in them to lay an overlay over. */
const virtual = new Set([
  'proc',
  'sysfs',
  'devtmpfs',
  'devpts',
  'cgroup',
  'cgroup2',
  'mqueue',
  'debugfs',
  'tracefs',
  'securityfs',
  'bpf',
  'binfmt_misc',
  'rpc_pipefs',
  'nsfs',
  'autofs',
]);

/** Mount points of this process: path and file system type. */
function mountPoints(): ReadonlyMap<string, string> {
  const points = new Map<string, string>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [before, after] = line.split(' - ');
    const path = before?.split(' ')[4];
    if (path !== undefined && after !== undefined) points.set(path, after.split(' ')[0] ?? '');
  }
  return points;
}

/**
 * Looks at this machine's root once; the answer holds as long as nothing is mounted or unmounted under it.
 * @param copyEtc - copies `/etc` as far as it can be read and returns the copy's path. Where this machine is a container
 * itself, files of `/etc` are mounts, and taking that folder apart for every start would be slow.
 */
export function readHostLayout(copyEtc: () => string): readonly HostEntry[] {
  const points = mountPoints();
  const below = (path: string): boolean =>
    points.keys().some((point) => point.startsWith(`${path}/`));
  const assemble = (path: string): readonly HostEntry[] => {
    const status = lstatSync(path);
    if (status.isSymbolicLink()) return [{ kind: 'link', path, target: readlinkSync(path) }];
    if (virtual.has(points.get(path) ?? '')) return [{ kind: 'directory', path, files: [] }];
    if (!below(path)) return [{ kind: 'overlay', path, lower: path }];
    if (path === '/etc') return [{ kind: 'overlay', path, lower: copyEtc() }];
    const entries = readdirSync(path, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(path, entry.name));
    const others = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
    return [
      { kind: 'directory', path, files },
      ...others.flatMap((entry) => assemble(join(path, entry.name))),
    ];
  };
  return visible
    .map((name) => `/${name}`)
    .filter((path) => existsSync(path))
    .flatMap(assemble);
}
