import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerMount } from '../../contracts.ts';
import type { HostEntry } from './host-layout.ts';

/** What a container's root will look like once it is set up, asked before it is. */
export interface RootView {
  /** Where the contents at this link-free path come from on this machine, or undefined when the path starts empty. */
  readonly source: (path: string) => string | undefined;
  readonly readLink: (path: string) => string | undefined;
}

/** Set up fresh in every container, whatever the image has there. */
const fresh = ['/proc', '/sys', '/dev', '/tmp'];

const covers = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

/** @param mounts - volumes whose place is known, by path; the longest match decides, as with real mounts */
export function createRootView(
  root: string | undefined,
  layout: readonly HostEntry[],
  mounts: readonly ContainerMount[],
): RootView {
  const underlying = (path: string): string | undefined => {
    if (fresh.some((folder) => covers(folder, path))) return undefined;
    if (root !== undefined) return join(root, path);
    return layout.some((entry) => covers(entry.path, path)) ? path : undefined;
  };
  const source = (path: string): string | undefined => {
    const mount = mounts
      .filter((candidate) => covers(candidate.path, path))
      .reduce<ContainerMount | undefined>(
        (best, next) => (best === undefined || next.path.length >= best.path.length ? next : best),
        undefined,
      );
    return mount === undefined
      ? underlying(path)
      : join(mount.source, path.slice(mount.path.length));
  };
  return {
    source,
    readLink: (path) => {
      const place = source(path);
      if (place === undefined) return undefined;
      return linkAt(place);
    },
  };
}

/** A place we may not look at is taken as it is: the container could not follow it either. */
function linkAt(place: string): string | undefined {
  try {
    return lstatSync(place).isSymbolicLink() ? readlinkSync(place) : undefined;
  } catch {
    return undefined;
  }
}
