import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { volumeError } from './volume-error.ts';

/** A file of a volume that the kubelet writes. */
export interface VolumeFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode: number;
}

/** Writes the files of a volume below its folder. @throws RunnerError when a path leads out of it */
export function writeFiles(folder: string, files: readonly VolumeFile[]): void {
  for (const { path, content, mode } of files) {
    if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
      throw volumeError(`invalid file path "${path}": it must stay inside the volume`);
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode); // not by writeFile: its mode is cut by the umask and kept by an existing file
  }
}
