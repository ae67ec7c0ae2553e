import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod, Volume } from '../pod-types.ts';
import { bindClaim } from './claims.ts';
import {
  configMapFiles,
  downwardFiles,
  projectedFiles,
  secretFiles,
  type VolumeSources,
} from './data-files.ts';
import { hostPath } from './host-path.ts';
import { volumeError } from './volume-error.ts';
import { writeFiles } from './write-files.ts';

/** Where to find what a pod's volumes need, and where to put them. */
export interface VolumeSetup extends VolumeSources {
  readonly dataDirectory: string;
  /** Folder of this pod. */
  readonly podFolder: string;
}

/**
 * Makes one volume and returns its folder or file on this machine.
 * @throws RunnerError when something it needs is not there (yet), or its kind is not supported
 */
export function setUpVolume(setup: VolumeSetup, pod: Pod, volume: Volume): string {
  const { namespace } = pod.metadata;
  if (volume.hostPath !== undefined)
    return hostPath(volume.hostPath.path, volume.hostPath.type ?? '');
  if (volume.persistentVolumeClaim !== undefined) {
    const folder = bindClaim(
      setup.store,
      setup.dataDirectory,
      namespace,
      volume.persistentVolumeClaim.claimName,
    );
    giveToGroup(folder, pod);
    return folder;
  }
  const folder = join(setup.podFolder, 'volumes', volume.name);
  mkdirSync(folder, { recursive: true });
  if (volume.emptyDir !== undefined) chmodSync(folder, 0o777);
  else if (volume.secret !== undefined) writeFiles(folder, secretFiles(setup, pod, volume.secret));
  else if (volume.configMap !== undefined)
    writeFiles(folder, configMapFiles(setup, pod, volume.configMap));
  else if (volume.downwardAPI !== undefined)
    writeFiles(
      folder,
      downwardFiles(setup, pod, volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode),
    );
  else if (volume.projected !== undefined)
    writeFiles(
      folder,
      projectedFiles(setup, pod, volume.projected.sources ?? [], volume.projected.defaultMode),
    );
  else
    throw volumeError(
      `volume type ${Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'} is not supported by the embedded cluster`,
    );
  giveToGroup(folder, pod);
  return folder;
}

/** `fsGroup`: the group owns everything and new files inherit it. Only root can do that. */
function giveToGroup(path: string, pod: Pod): void {
  const group = pod.spec.securityContext?.fsGroup;
  if (group === undefined || process.getuid?.() !== 0) return;
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return;
  chownSync(path, status.uid, group);
  chmodSync(
    path,
    status.isDirectory()
      ? (status.mode & 0o7777) | 0o2070
      : (status.mode & 0o7777) | 0o040 | ((status.mode & 0o200) >> 3),
  );
  if (status.isDirectory())
    for (const name of readdirSync(path)) giveToGroup(join(path, name), pod);
}
