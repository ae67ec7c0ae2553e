import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layer } from './layers.ts';

/** The root of the checkout. */
export const repoRoot: string = fileURLToPath(new URL('../..', import.meta.url));

/** What repository checks read from a manifest. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly keywords?: readonly string[];
  readonly nx?: { readonly tags?: readonly string[] };
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly millrace?: { readonly plugin?: string; readonly apiVersion?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One workspace package. */
export interface Workspace {
  /** Folder name, which is also the package's short name. */
  readonly name: string;
  /** Folder, relative to the root of the checkout. */
  readonly folder: string;
  readonly layer: Layer;
  readonly manifest: Manifest;
}

/** Every workspace package, by folder name. */
export function readWorkspaces(root: string = repoRoot): readonly Workspace[] {
  return globSync('{packages,apps,e2e}/*/package.json', { cwd: root })
    .sort()
    .map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
      const tag = manifest.nx?.tags?.find((candidate) => candidate.startsWith('layer:'));
      if (tag === undefined) throw new Error(`${file}: nx.tags lacks a "layer:<name>" tag`);
      const folder = dirname(file);
      return { name: basename(folder), folder, layer: tag.slice(6) as Layer, manifest };
    });
}
