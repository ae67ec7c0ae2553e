import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './exists.ts';
import { runtimeFolder, stateFolder } from './layout.ts';
import { readSwitches, type KernelSwitches } from './network.ts';

/** Who runs the cluster of this machine, and what is to be put back when it goes. */
export interface Owner {
  /** The process that removes the cluster at its end. */
  readonly pid: number;
  /** State folder of the checkout that it belongs to. */
  readonly state: string;
  /** The kernel's switches as they were before. */
  readonly switches: KernelSwitches;
  /** Folders that a kubelet makes whatever it is told, and that were not there before. */
  readonly folders: readonly string[];
}

const file = join(runtimeFolder, 'owner.json');
const foldersOfKubelets = ['/var/lib/kubelet', '/var/log/containers', '/usr/libexec/kubernetes'];

/** Who runs a cluster here, dead or alive. */
export async function readOwner(): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Owner);
}

/** Whether a process of that number is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Notes this process as the owner, before anything is made.
 * @throws Error `EEXIST` when another process was faster
 */
export async function becomeOwner(): Promise<Owner> {
  const absent: string[] = [];
  for (const folder of foldersOfKubelets) if (!(await exists(folder))) absent.push(folder);
  const owner: Owner = {
    pid: process.pid,
    state: stateFolder,
    switches: await readSwitches(),
    folders: absent,
  };
  await mkdir(runtimeFolder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(owner));
  try {
    await link(unfinished, file);
  } finally {
    await rm(unfinished);
  }
  return owner;
}

/** Removes the note. */
export async function disown(): Promise<void> {
  await rm(runtimeFolder, { recursive: true, force: true });
}
