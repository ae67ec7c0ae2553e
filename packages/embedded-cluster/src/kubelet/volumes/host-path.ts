import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { volumeError } from './volume-error.ts';

const kinds: Readonly<Record<string, (path: string) => boolean>> = {
  Directory: (path) => statSync(path).isDirectory(),
  File: (path) => statSync(path).isFile(),
  Socket: (path) => statSync(path).isSocket(),
  CharDevice: (path) => statSync(path).isCharacterDevice(),
  BlockDevice: (path) => statSync(path).isBlockDevice(),
};

/** The path itself once it is of the wanted type. An empty type makes a missing folder, as container runtimes do. */
export function hostPath(path: string, type: string): string {
  if (type === '' || type === 'DirectoryOrCreate') {
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o755 });
    if (type === '' || kinds['Directory']?.(path) === true) return path;
  } else if (type === 'FileOrCreate') {
    if (!existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
    if (kinds['File']?.(path) === true) return path;
  } else if (existsSync(path) && kinds[type]?.(path) === true) {
    return path;
  }
  throw volumeError(`hostPath type check failed: ${path} is not a ${wording[type] ?? type}`);
}

const wording: Readonly<Record<string, string>> = {
  Directory: 'directory',
  DirectoryOrCreate: 'directory',
  File: 'file',
  FileOrCreate: 'file',
  Socket: 'socket file',
  CharDevice: 'character device',
  BlockDevice: 'block device',
};
