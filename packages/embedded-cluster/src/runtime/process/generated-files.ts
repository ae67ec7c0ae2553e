import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContainerMount, ContainerSpec } from '../../contracts.ts';

/** Text of `/etc/hosts`, as a kubelet writes it. */
function hostsFile(hostname: string, aliases: ContainerSpec['hostAliases']): string {
  const standard = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `127.0.0.1\t${hostname}`,
  ];
  const added = aliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join('\t')}`);
  return `${[...standard, ...(added.length === 0 ? [] : ['', '# Entries added by HostAliases.', ...added])].join('\n')}\n`;
}

/**
 * Files of `/etc` that differ from the image's. This machine's name resolution is handed in as a copy, because its
 * `/etc/resolv.conf` may be a link to a place that the container does not have.
 */
export function generatedFiles(spec: ContainerSpec, folder: string): readonly ContainerMount[] {
  const taken = new Set(spec.mounts.map((mount) => mount.path));
  const files: Readonly<Record<string, string | undefined>> = {
    '/etc/hosts': hostsFile(spec.hostname, spec.hostAliases),
    '/etc/hostname': `${spec.hostname}\n`,
    '/etc/resolv.conf': existsSync('/etc/resolv.conf')
      ? readFileSync('/etc/resolv.conf', 'utf8')
      : undefined,
  };
  return Object.entries(files).flatMap(([path, text]) => {
    if (text === undefined || taken.has(path)) return [];
    const source = join(folder, path.slice('/etc/'.length));
    writeFileSync(source, text, { mode: 0o644 });
    return [{ source, path, readOnly: false }];
  });
}

/**
 * Writes `/etc/hosts` of a container that runs. The same file is written over, for the container has it mounted, and cut
 * off afterwards, so that whoever reads meanwhile never finds it empty.
 */
export function hostsWriter(
  spec: ContainerSpec,
  folder: string,
): (aliases: ContainerSpec['hostAliases']) => void {
  const source = join(folder, 'hosts');
  let written = hostsFile(spec.hostname, spec.hostAliases);
  return (aliases) => {
    const text = hostsFile(spec.hostname, aliases);
    // Absent where a volume of the pod is mounted there, and when the container has just ended.
    if (text === written || !existsSync(source)) return;
    const file = openSync(source, 'r+');
    try {
      writeSync(file, text, 0);
      ftruncateSync(file, Buffer.byteLength(text));
    } finally {
      closeSync(file);
    }
    written = text;
  };
}
