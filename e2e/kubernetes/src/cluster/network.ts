import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { addresses } from './layout.ts';
import { runProgram } from './run-program.ts';

/** Switches of the kernel that pods need, and what they were before. */
export type KernelSwitches = Readonly<Record<string, string>>;

const needed: KernelSwitches = {
  '/proc/sys/net/ipv4/ip_forward': '1',
  '/proc/sys/net/bridge/bridge-nf-call-iptables': '1',
};
const tables = ['ip kube-proxy', 'ip6 kube-proxy'];

/** What the kernel's switches are now. */
export async function readSwitches(): Promise<KernelSwitches> {
  const values: Record<string, string> = {};
  for (const file of Object.keys(needed)) values[file] = (await readFile(file, 'utf8')).trim();
  return values;
}

/** Makes the bridge that the node and its pods are on. */
export async function createNetwork(): Promise<void> {
  const { bridge, node } = addresses;
  await runProgram('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await runProgram('ip', ['addr', 'add', `${node}/24`, 'dev', bridge]);
  await runProgram('ip', ['link', 'set', bridge, 'up']);
  await setSwitches(needed);
}

/** Removes the bridge, what hangs on it, and the rules of the service proxy; what is not there is no error. */
export async function removeNetwork(before: KernelSwitches): Promise<void> {
  for (const link of await linksOfCluster())
    await runProgram('ip', ['link', 'delete', link]).catch(isGone);
  for (const table of await rulesOfCluster())
    await runProgram('nft', ['delete', 'table', ...table.split(' ')]).catch(isGone);
  await setSwitches(before);
}

/** Network interfaces of the cluster: the bridge and what hangs on it. */
export async function linksOfCluster(): Promise<readonly string[]> {
  const ports = await readdir(`/sys/class/net/${addresses.bridge}/brif`).catch(() => undefined);
  return ports === undefined ? [] : [...ports.map((port) => basename(port)), addresses.bridge];
}

/** Tables of the service proxy in the kernel's packet filter. */
export async function rulesOfCluster(): Promise<readonly string[]> {
  const listed = await runProgram('nft', ['list', 'tables']).catch(() => '');
  return tables.filter((table) => listed.split('\n').includes(`table ${table}`));
}

async function setSwitches(values: KernelSwitches): Promise<void> {
  for (const [file, value] of Object.entries(values)) await writeFile(file, value);
}

/** Between the list and the removal it may have gone by itself, as an interface does with its pod. */
const isGone = (): void => undefined;
