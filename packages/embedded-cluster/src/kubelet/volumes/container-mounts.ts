import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerMount } from '../../contracts.ts';
import { resolvePath } from '../../runtime/process/resolve-path.ts';
import { configError } from '../config-error.ts';
import { expandVariables } from '../expand-variables.ts';
import type { Container, Pod, VolumeMount } from '../pod-types.ts';

/** A container's volume mounts, with `subPath` followed inside the volume only. */
export function containerMounts(
  pod: Pod,
  container: Container,
  volumes: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): readonly ContainerMount[] {
  return (container.volumeMounts ?? []).map((mount) => {
    const folder = volumes.get(mount.name);
    if (folder === undefined)
      throw configError(
        `volume "${mount.name}" of container "${container.name}" does not exist in the pod`,
      );
    const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
    // Files that the kubelet makes are never writable for containers.
    const generated =
      (volume?.secret ?? volume?.configMap ?? volume?.projected ?? volume?.downwardAPI) !==
      undefined;
    const readOnly =
      mount.readOnly === true || generated || volume?.persistentVolumeClaim?.readOnly === true;
    return {
      source: subPathOf(folder, mount, variables),
      path: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      readOnly,
    };
  });
}

function subPathOf(
  folder: string,
  mount: VolumeMount,
  variables: Readonly<Record<string, string>>,
): string {
  const subPath =
    mount.subPathExpr === undefined
      ? (mount.subPath ?? '')
      : expandVariables(mount.subPathExpr, variables);
  if (subPath === '') return folder;
  if (subPath.startsWith('/') || subPath.split('/').includes('..'))
    throw configError(
      `subPath "${subPath}" of volume mount "${mount.name}" must be a relative path without ".."`,
    );
  const readLink = (path: string): string | undefined => {
    const place = join(folder, path);
    return lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? readlinkSync(place)
      : undefined;
  };
  const source = join(folder, resolvePath(`/${subPath}`, readLink));
  if (lstatSync(source, { throwIfNoEntry: false }) === undefined)
    mkdirSync(source, { recursive: true, mode: 0o755 });
  return source;
}
