import { statSync } from 'node:fs';
import type { ContainerMount } from '../../contracts.ts';
import { startError } from '../runtime-error.ts';
import type { HostEntry } from './host-layout.ts';
import { resolvePath } from './resolve-path.ts';
import { createRootView, type RootView } from './root-view.ts';

/** A mount with its link-free place. */
export interface PlacedMount extends ContainerMount {
  readonly file: boolean;
  /** Whether something is at the place already, so that nothing needs to be made there. */
  readonly exists: boolean;
}

/** Mounts in the order to make them, and the view of the root they result in. */
export interface MountPlacement {
  readonly mounts: readonly PlacedMount[];
  readonly view: RootView;
}

const depth = (path: string): number => path.split('/').filter((part) => part !== '').length;

/** Resolves every mount path inside the container, outer ones first, so that inner ones see what outer ones hold. */
export function placeMounts(
  root: string | undefined,
  layout: readonly HostEntry[],
  mounts: readonly ContainerMount[],
): MountPlacement {
  const placed: PlacedMount[] = [];
  for (const mount of mounts.toSorted((left, right) => depth(left.path) - depth(right.path))) {
    const view = createRootView(root, layout, placed);
    const path = resolvePath(mount.path, view.readLink);
    if (path === '/')
      throw startError('CreateContainerError', `mount path ${mount.path} is the container's root`);
    const status = statSync(mount.source, { throwIfNoEntry: false });
    if (status === undefined)
      throw startError(
        'CreateContainerError',
        `mount source of ${mount.path} does not exist: ${mount.source}`,
      );
    const place = view.source(path);
    placed.push({
      ...mount,
      path,
      file: !status.isDirectory(),
      exists: place !== undefined && exists(place),
    });
  }
  return { mounts: placed, view: createRootView(root, layout, placed) };
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
