import { mkdtemp, readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './runtime/remove-tree.ts';

/**
 * Makes a temporary folder for one cluster, and removes those of clusters that were killed: each name says which process
 * owns it. Process ids count only within one pid namespace; containers may share a temporary folder.
 */
export async function makeDataDirectory(): Promise<string> {
  const parent = tmpdir();
  const prefix = `millrace-cluster-${await pidNamespace()}-`;
  const names = await readdir(parent).catch(() => []);
  const orphans = names.filter(
    (name) => name.startsWith(prefix) && !isAlive(ownerOf(name, prefix)),
  );
  // What cannot be removed, for want of rights, must not keep this cluster from starting.
  await Promise.all(orphans.map((name) => removeTree(join(parent, name)).catch(() => undefined)));
  return mkdtemp(join(parent, `${prefix}${process.pid}-`));
}

async function pidNamespace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? 'none';
}

const ownerOf = (name: string, prefix: string): number => {
  const digits = /^\d+(?=-)/.exec(name.slice(prefix.length));
  return digits === null ? process.pid : Number(digits[0]);
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return !(failure instanceof Error && 'code' in failure && failure.code === 'ESRCH');
  }
}
