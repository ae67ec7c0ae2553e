import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of `tls-ca-file`, `tls-cert-file` and `tls-key-file`. */
export interface TlsFiles {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Contents of the files that are there. A client pair is whole or absent. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/**
 * The files that GitLab Runner finds by itself: `<host>.crt`, `<host>.auth.crt` and `<host>.auth.key` in a folder, for
 * settings that are empty. The host is that of the URL without its port.
 * @param folder - `/etc/gitlab-runner/certs` for root, `~/.gitlab-runner/certs` for others
 */
export function withDiscoveredFiles(files: TlsFiles, url: string, folder: string): TlsFiles {
  const host = URL.canParse(url) ? (new URL(url).host.split(':')[0] ?? '') : '';
  if (host === '') return files;
  const either = (written: string | undefined, name: string): string =>
    written === undefined || written === '' ? join(folder, name) : written;
  return {
    ca: either(files.ca, `${host}.crt`),
    certificate: either(files.certificate, `${host}.auth.crt`),
    key: either(files.key, `${host}.auth.key`),
  };
}

/** Names the state of the files; another text means that one of them appeared, changed or went. */
export async function tlsFilesVersion(files: TlsFiles): Promise<string> {
  const versions = await Promise.all(
    [files.ca, files.certificate, files.key].map(async (path) => {
      if (path === undefined || path === '') return '';
      const found = await stat(path).catch(() => undefined);
      return found === undefined ? 'none' : `${found.mtimeMs}:${found.size}:${found.ino}`;
    }),
  );
  return versions.join(' ');
}

/**
 * Reads the files. Missing ones are ignored, as GitLab Runner does.
 * @param complain - gets the path of a file that is there and cannot be read
 */
export async function readTlsFiles(
  files: TlsFiles,
  complain: (path: string) => void,
): Promise<TlsMaterial> {
  const [ca, certificate, key] = await Promise.all(
    [files.ca, files.certificate, files.key].map((path) => readIfThere(path, complain)),
  );
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
  };
}

async function readIfThere(
  path: string | undefined,
  complain: (path: string) => void,
): Promise<string | undefined> {
  if (path === undefined || path === '') return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'ENOENT') complain(path);
    return undefined;
  }
}
