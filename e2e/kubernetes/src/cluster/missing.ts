import { constants } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { exists } from './exists.ts';
import { runProgram } from './run-program.ts';

/** Programs, and the Debian package each comes from. */
const programs: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  nft: 'nftables',
  iptables: 'iptables',
  conntrack: 'conntrack',
  mount: 'mount',
  openssl: 'openssl',
  'docker-registry': 'docker-registry',
  htpasswd: 'apache2-utils',
  busybox: 'busybox-static',
  tar: 'tar',
  script: 'bsdutils',
};
const networkPlugins = '/usr/lib/cni';
/** Programs of administrators lie in `sbin`, which not every shell has in its path. */
const searchPath = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
const oldestGo: readonly [number, number] = [1, 26];

/** Debian packages that the cluster needs, in one line for apt-get. */
export const debianPackages: readonly string[] = [
  ...new Set([...Object.values(programs), 'containernetworking-plugins']),
].toSorted();

/** What this machine lacks for a Kubernetes of our own, one sentence each; empty when it has all. */
export async function missing(): Promise<readonly string[]> {
  if (platform() !== 'linux' || arch() !== 'x64')
    return [`Linux on x64 (this is ${platform()} on ${arch()})`];
  return [
    ...lackingRights(),
    ...(await lackingPackages()),
    ...(await lackingGo()),
    ...(await lackingKernel()),
  ];
}

function lackingRights(): readonly string[] {
  return process.getuid?.() === 0 ? [] : ['root: containers need mounts, networks and cgroups'];
}

async function lackingPackages(): Promise<readonly string[]> {
  const absent = new Set<string>();
  for (const [program, debianPackage] of Object.entries(programs))
    if (!(await isInPath(program))) absent.add(debianPackage);
  if (!(await exists(join(networkPlugins, 'bridge')))) absent.add('containernetworking-plugins');
  return absent.size === 0
    ? []
    : [`programs: apt-get install -y --no-install-recommends ${[...absent].toSorted().join(' ')}`];
}

async function lackingGo(): Promise<readonly string[]> {
  const wanted = `Go ${oldestGo.join('.')} or newer, to build Kubernetes from its modules`;
  try {
    const version = await runProgram('go', ['env', 'GOVERSION']);
    const [major = 0, minor = 0] = version.replace('go', '').split('.').map(Number);
    const enough = major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1]);
    return enough ? [] : [`${wanted} (found ${version.trim()})`];
  } catch {
    return [wanted];
  }
}

async function lackingKernel(): Promise<readonly string[]> {
  if (await exists('/proc/sys/net/bridge/bridge-nf-call-iptables')) return [];
  try {
    await runProgram('modprobe', ['br_netfilter']);
    return [];
  } catch {
    return ['the kernel module br_netfilter, so that pods on one bridge reach services'];
  }
}

async function isInPath(program: string): Promise<boolean> {
  for (const folder of searchPath)
    if (folder !== '' && (await exists(join(folder, program), constants.X_OK))) return true;
  return false;
}
