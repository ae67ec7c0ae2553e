import { readdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { cgroups, processesInPods, removeCgroups } from './cgroups.ts';
import { stopComponent } from './component.ts';
import { componentNames } from './components.ts';
import { runtimeFolder, runtimeSocket } from './layout.ts';
import { linksOfCluster, removeNetwork, rulesOfCluster } from './network.ts';
import { disown, readOwner } from './owner.ts';
import { runProgram } from './run-program.ts';

const rounds = 100;
const step = 50;

/**
 * Removes a cluster and all that it left: processes, containers, mounts, interfaces, packet rules, cgroups, files. Works
 * as well on what a killed run left behind.
 */
export async function removeCluster(): Promise<void> {
  const owner = await readOwner();
  if (owner === undefined) return;
  // Its kubelet first, or it makes containers anew; its runtime last, because it reaps them.
  for (const name of [...componentNames].toReversed())
    if (name !== 'containerd') await stopComponent(name);
  await endContainers();
  await stopComponent('containerd');
  for (const pid of await processesOfCluster()) kill(pid);
  await unmountAll(owner.state);
  await removeCgroups();
  await removeNetwork(owner.switches);
  for (const folder of [owner.state, ...owner.folders])
    await rm(folder, { recursive: true, force: true });
  await disown();
}

/** What a cluster left on this machine, one line each; empty after {@link removeCluster}. */
export async function leftBehind(state: string): Promise<readonly string[]> {
  return [
    ...(await processesOfCluster()).map((pid) => `process ${pid}`),
    ...(await mountsBelow(state)).map((mount) => `mount ${mount}`),
    ...(await linksOfCluster()).map((link) => `network interface ${link}`),
    ...(await rulesOfCluster()).map((table) => `packet rules ${table}`),
    ...cgroups().map((folder) => `cgroup ${folder}`),
  ];
}

async function endContainers(): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const pids = await processesInPods();
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await pause(step);
  }
}

/** The runtime's shims outlive it, and have its socket in their command line. */
async function processesOfCluster(): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(runtimeSocket)) pids.push(Number(name));
  }
  return pids;
}

async function unmountAll(state: string): Promise<void> {
  for (const mount of await mountsBelow(state))
    await runProgram('umount', [mount]).catch(() => runProgram('umount', ['-l', mount]));
}

/** Mounts below the cluster's folders, the innermost first. */
async function mountsBelow(state: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '))
    .filter((path) => [state, runtimeFolder].some((folder) => path.startsWith(`${folder}/`)))
    .toReversed();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
