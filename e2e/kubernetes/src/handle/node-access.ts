import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { KubeApi } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { runtimeSocket } from '../cluster/layout.ts';
import { runProgram } from '../cluster/run-program.ts';

/** Which container is meant. */
export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const { signal } = new AbortController();
/** More than a shell needs, so that only the eater below meets the limit. */
const limit = 64 * 1024 * 1024;

/** Process id, on this machine, of a container's first process. */
async function firstProcess(
  api: KubeApi,
  { namespace, pod, container }: ContainerName,
): Promise<number> {
  const { status } = (await api.get(
    { type: resourceTypes.pods, namespace, name: pod },
    { signal },
  )) as {
    readonly status?: {
      readonly containerStatuses?: readonly {
        readonly name: string;
        readonly containerID?: string;
      }[];
    };
  };
  const id = status?.containerStatuses?.find(({ name }) => name === container)?.containerID;
  if (id === undefined)
    throw new Error(`${namespace}/${pod} has no running container ${container}`);
  const tasks = await runProgram('ctr', [
    '--address',
    runtimeSocket,
    '--namespace',
    'k8s.io',
    'tasks',
    'list',
  ]);
  const line = tasks.split('\n').find((each) => each.startsWith(id.replace('containerd://', '')));
  const pid = Number(line?.split(/\s+/)[1]);
  if (!(pid > 0)) throw new Error(`${namespace}/${pod}: container ${container} has no process`);
  return pid;
}

/** Ends a container by SIGKILL. */
export async function killContainer(api: KubeApi, name: ContainerName): Promise<void> {
  process.kill(await firstProcess(api, name), 'SIGKILL');
}

/**
 * Ends a container as the kernel does when its memory is used up: a process in the container's cgroup takes all there is
 * and is killed, which the runtime is told; then the container's first process is killed too.
 */
export async function runOutOfMemory(api: KubeApi, name: ContainerName): Promise<void> {
  const pid = await firstProcess(api, name);
  const { folder, limitFile } = await memoryCgroup(pid);
  await writeFile(join(folder, limitFile), String(limit));
  const eater = spawn(
    'sh',
    ['-c', `echo $$ > ${join(folder, 'cgroup.procs')} && exec tail /dev/zero`],
    {
      stdio: 'ignore',
    },
  );
  await once(eater, 'exit');
  process.kill(pid, 'SIGKILL');
}

async function memoryCgroup(
  pid: number,
): Promise<{ readonly folder: string; readonly limitFile: string }> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().split('\n');
  for (const line of lines) {
    const [, controllers = '', path = ''] = line.split(':');
    if (controllers.split(',').includes('memory'))
      return { folder: `/sys/fs/cgroup/memory${path}`, limitFile: 'memory.limit_in_bytes' };
  }
  const path = lines.find((line) => line.startsWith('0::'))?.slice(3) ?? '';
  return { folder: `/sys/fs/cgroup${path}`, limitFile: 'memory.max' };
}
