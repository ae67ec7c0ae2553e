import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { makeHome, type Kubectl, type KubectlHome } from './kubectl.ts';

/** How the suites get a cluster. */
export type StartCluster = () => Promise<ClusterHandle>;

/** One cluster for the tests of a `describe`. */
export interface Bench {
  readonly cluster: () => ClusterHandle;
  /** Writes files into a new folder; tells its path. */
  readonly files: (files: Readonly<Record<string, string>>) => Promise<string>;
  /** `kubectl` of an administrator in a new namespace, which is deleted behind the test. */
  readonly room: () => Promise<Kubectl>;
  /** The same for the whole `describe`; call it in `beforeAll`. */
  readonly sharedRoom: () => Promise<Kubectl>;
}

/** Starts a cluster before the tests of the `describe` in which it is called, and closes it after them. */
export function benchFor(start: StartCluster, binary: string): Bench {
  let cluster: ClusterHandle;
  let home: KubectlHome;
  const rooms: Kubectl[] = [];
  const leave = async (kubectl: Kubectl): Promise<void> => {
    await kubectl.run(['delete', 'namespace', kubectl.namespace, '--wait=false']);
  };
  beforeAll(async () => {
    cluster = await start();
    home = await makeHome(cluster, binary);
  });
  afterAll(async () => {
    for (const room of rooms) await leave(room);
    await home.remove();
    await cluster.close();
  });
  const enter = async (): Promise<Kubectl> =>
    home.kubectl.inNamespace(await cluster.newNamespace());
  return {
    cluster: () => cluster,
    files: async (files) => {
      const folder = await mkdtemp(join(home.folder, 'files-'));
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), content);
      }
      return folder;
    },
    room: async () => {
      const room = await enter();
      onTestFinished(() => leave(room));
      return room;
    },
    sharedRoom: async () => {
      const room = await enter();
      rooms.push(room);
      return room;
    },
  };
}

/** A name that no other object of the cluster has. */
export const freshName = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;

/** Asks until something holds, for what a cluster tells nobody; the test's time bounds it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
