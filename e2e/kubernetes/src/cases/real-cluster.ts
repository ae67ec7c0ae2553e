import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { startRealHandle, type RealHandle } from '../handle/start-real-handle.ts';

/** The cluster of a file's tests, from the first to the last of them. To be called where they are defined. */
export function realCluster(): () => RealHandle {
  let handle: RealHandle | undefined;
  beforeAll(async () => {
    handle = await startRealHandle();
  });
  // Undefined if the start failed, which is then the failure to tell.
  afterAll(() => handle?.close());
  return () => {
    if (handle === undefined) throw new Error('there is a cluster only while tests run');
    return handle;
  };
}

/** Why a test that needs registries or programs on the node is left out on a cluster of somebody else's. */
export const needsOwnCluster = 'needs the cluster that `npm run e2e` brings up';

/**
 * Whether the kernel ends all processes of a container together when its memory is used up: the kubelet asks for that
 * where cgroups have one hierarchy. Of this machine, so only for a cluster of our own.
 */
export const killsTogether: boolean = existsSync('/sys/fs/cgroup/cgroup.controllers');
