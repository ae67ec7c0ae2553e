import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../cluster/exists.ts';
import { runProgram } from '../cluster/run-program.ts';
import { unpackPackages } from './debian-packages.ts';

const accounts = [
  ['root', 0, '/root', '/bin/sh'],
  ['user', 1000, '/home/user', '/bin/sh'],
  ['nobody', 65_534, '/', '/bin/false'],
] as const;

/** A small root: busybox under the names of all its tools, as the image of that name has them. */
export async function smallRoot(root: string): Promise<void> {
  await mkdir(join(root, 'bin'), { recursive: true });
  await copyFile('/bin/busybox', join(root, 'bin', 'busybox'));
  const tools = (await runProgram('/bin/busybox', ['--list'])).trim().split('\n');
  for (const tool of tools.filter((name) => name !== 'busybox'))
    await symlink('busybox', join(root, 'bin', tool));
  await mkdir(join(root, 'usr', 'bin'), { recursive: true });
  await symlink('/bin/env', join(root, 'usr', 'bin', 'env'));
  await commonFiles(root);
}

const toolPackages = [
  ['bash', 'coreutils', 'curl', 'dash', 'findutils', 'git', 'grep', 'gzip', 'hostname'],
  ['libc-bin', 'mawk', 'netbase', 'perl-base', 'procps', 'sed', 'tar', 'util-linux'],
].flat();
/** Nobody reads them in a test, and they are most of the files. */
const documentation = ['doc', 'man', 'locale', 'info', 'lintian', 'bash-completion'];

/** A root with bash, git, curl and the usual tools of Debian. */
export async function toolsRoot(root: string, scratch: string): Promise<void> {
  await unpackPackages(toolPackages, root, scratch);
  for (const folder of documentation)
    await rm(join(root, 'usr', 'share', folder), { recursive: true, force: true });
  await link('dash', join(root, 'bin', 'sh'));
  await link('mawk', join(root, 'usr', 'bin', 'awk'));
  await commonFiles(root);
}

/** A root with one static program and nothing else: no shell. */
export async function bareRoot(root: string, program: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await copyFile(program, join(root, 'pause'));
  await chmod(join(root, 'pause'), 0o755);
}

async function commonFiles(root: string): Promise<void> {
  for (const folder of ['etc', 'home/user', 'root', 'proc', 'sys', 'dev'])
    await mkdir(join(root, folder), { recursive: true });
  for (const folder of ['tmp', 'var/tmp']) {
    await mkdir(join(root, folder), { recursive: true });
    await chmod(join(root, folder), 0o1777);
  }
  const lines = accounts.map(([name, id, home, shell]) => [
    `${name}:x:${id}:${id}:${name}:${home}:${shell}\n`,
    `${name}:x:${id}:\n`,
  ]);
  await writeFile(join(root, 'etc', 'passwd'), lines.map(([account]) => account).join(''));
  await writeFile(join(root, 'etc', 'group'), lines.map(([, group]) => group).join(''));
}

async function link(target: string, path: string): Promise<void> {
  if (!(await exists(path))) await symlink(target, path);
}
