import { globSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cgroup } from './layout.ts';

const root = '/sys/fs/cgroup';

/** Makes the cgroup that the kubelet puts its pods below: one in each controller's tree, or one with all controllers. */
export async function createCgroups(): Promise<void> {
  if (await isUnified()) {
    const controllers = (await readFile(join(root, 'cgroup.controllers'), 'utf8'))
      .trim()
      .split(' ');
    const enabled = controllers.map((controller) => `+${controller}`).join(' ');
    await mkdir(join(root, cgroup), { recursive: true });
    for (const folder of [root, join(root, cgroup)])
      await writeFile(join(folder, 'cgroup.subtree_control'), enabled);
    return;
  }
  for (const tree of await readdir(root, { withFileTypes: true }))
    if (tree.isDirectory()) await mkdir(join(root, tree.name, cgroup), { recursive: true });
}

/** The cluster's cgroups: one in each tree. */
export const cgroups = (): readonly string[] =>
  globSync([`${root}/${cgroup}/cgroup.procs`, `${root}/*/${cgroup}/cgroup.procs`]).map((file) =>
    dirname(file),
  );

/** Processes of all pods. */
export async function processesInPods(): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const file of membersFiles()) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const pid of text.split('\n').filter((line) => line !== '')) pids.add(Number(pid));
  }
  return [...pids];
}

/** Removes the cluster's cgroups, the innermost first; one that still has processes stays. */
export async function removeCgroups(): Promise<void> {
  const folders = membersFiles().map((file) => dirname(file));
  for (const folder of folders.toSorted((a, b) => b.length - a.length))
    await rmdir(folder).catch(() => undefined);
}

const membersFiles = (): readonly string[] =>
  cgroups().flatMap((folder) => globSync(`${folder}/**/cgroup.procs`));

async function isUnified(): Promise<boolean> {
  return readFile(join(root, 'cgroup.controllers')).then(
    () => true,
    () => false,
  );
}
