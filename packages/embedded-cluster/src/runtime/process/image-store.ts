import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedImage } from '../../contracts.ts';
import { imageFolders, isImageName } from '../image-name.ts';
import { imageError } from '../runtime-error.ts';

/** The part of an OCI image configuration that containers start from. */
interface ImageConfiguration {
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Env?: readonly string[] | null;
    readonly WorkingDir?: string;
    readonly User?: string;
  };
}

/** Finds images on this machine. */
export interface ImageStore {
  /** @throws RunnerError with the reason a kubelet would report */
  readonly resolve: (name: string, policy: string) => ResolvedImage;
}

/**
 * Unpacked images lie in `<imagesDirectory>/<name with / : @ as _>`, the file system in `rootfs`, the OCI image
 * configuration in `config.json`. Any other image is replaced by this machine's root, said once per image.
 */
export function createImageStore(imagesDirectory: string | undefined): ImageStore {
  const unpacked = (name: string): ResolvedImage | undefined => {
    if (imagesDirectory === undefined) return undefined;
    const folder = imageFolders(name)
      .map((candidate) => join(imagesDirectory, candidate))
      .find(
        (candidate) =>
          existsSync(join(candidate, 'config.json')) &&
          statSync(join(candidate, 'rootfs'), { throwIfNoEntry: false })?.isDirectory() === true,
      );
    return folder === undefined ? undefined : readImage(name, folder);
  };
  return {
    resolve: (name, policy) => {
      if (!isImageName(name))
        throw imageError(
          'InvalidImageName',
          `couldn't parse image name "${name}": invalid reference format`,
        );
      const found = unpacked(name);
      if (found !== undefined) return found;
      if (policy === 'Never')
        throw imageError(
          'ErrImageNeverPull',
          `Container image "${name}" is not present with pull policy of Never`,
        );
      const warning = `image ${name} is not on this machine and pulling is not supported yet: its containers run on this machine's own root file system, read as is`;
      return {
        name,
        id: 'host-root',
        entrypoint: [],
        command: [],
        environment: {},
        workingDirectory: '/',
        user: '',
        warning,
      };
    },
  };
}

function readImage(name: string, folder: string): ResolvedImage {
  const text = readFileSync(join(folder, 'config.json'), 'utf8');
  let configuration: ImageConfiguration;
  try {
    configuration = JSON.parse(text) as ImageConfiguration;
  } catch (error) {
    throw imageError(
      'ErrImagePull',
      `${join(folder, 'config.json')} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { Entrypoint, Cmd, Env, WorkingDir, User } = configuration.config ?? {};
  return {
    name,
    id: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    root: join(folder, 'rootfs'),
    entrypoint: Entrypoint ?? [],
    command: Cmd ?? [],
    environment: Object.fromEntries(
      (Env ?? []).map((line) => [
        line.slice(0, line.indexOf('=')),
        line.slice(line.indexOf('=') + 1),
      ]),
    ),
    workingDirectory: WorkingDir === undefined || WorkingDir === '' ? '/' : WorkingDir,
    user: User ?? '',
  };
}
