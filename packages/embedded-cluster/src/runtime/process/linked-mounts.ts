import { lstatSync, mkdirSync, readlinkSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ContainerMount } from '../../contracts.ts';
import { startError } from '../runtime-error.ts';

/** Volumes of containers that share this machine's file system: symbolic links below one private folder. */
export interface LinkedMounts {
  /** @throws RunnerError when a path lies elsewhere, or shows another volume already */
  readonly link: (mounts: readonly ContainerMount[]) => void;
  /** Takes links away that no other container uses. */
  readonly unlink: (mounts: readonly ContainerMount[]) => void;
}

/** @param reason - why there are no mount namespaces, for messages */
export function createLinkedMounts(prefix: string, reason: string): LinkedMounts {
  const users = new Map<string, number>();
  const below = (path: string): boolean =>
    path.startsWith(`${prefix}/`) && !path.split('/').includes('..');
  const unlink = (mounts: readonly ContainerMount[]): void => {
    for (const { path } of mounts.toReversed()) {
      const left = (users.get(path) ?? 0) - 1;
      users.set(path, left);
      if (left > 0) continue;
      users.delete(path);
      rmSync(path, { force: true });
      for (let folder = dirname(path); folder.startsWith(`${prefix}/`); folder = dirname(folder))
        if (!removeEmpty(folder)) break;
    }
  };
  return {
    unlink,
    link: (mounts) => {
      const outside = mounts.find((mount) => !below(mount.path));
      if (outside !== undefined) {
        throw startError(
          'CreateContainerConfigError',
          `mount path ${outside.path} needs a private mount namespace, which this machine refuses: ${reason}. Only paths below ${prefix} can be mounted here`,
        );
      }
      const done: ContainerMount[] = [];
      for (const mount of mounts) {
        const there = lstatSync(mount.path, { throwIfNoEntry: false });
        if (
          there?.isSymbolicLink() === true
            ? readlinkSync(mount.path) !== mount.source
            : there !== undefined
        ) {
          unlink(done);
          throw startError(
            'CreateContainerConfigError',
            `mount path ${mount.path} shows another volume: without mount namespaces, containers that run at the same time cannot mount different volumes at one path`,
          );
        }
        if (there === undefined) {
          mkdirSync(dirname(mount.path), { recursive: true });
          symlinkSync(mount.source, mount.path);
        }
        users.set(mount.path, (users.get(mount.path) ?? 0) + 1);
        done.push(mount);
      }
    },
  };
}

function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
