import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../cluster/exists.ts';
import type { ClusterImages } from '@millrace/testkit';
import { pauseImage } from '../cluster/configuration/containerd.ts';
import { addresses } from '../cluster/layout.ts';
import { writeImageArchive, type ImageSource } from './image-archive.ts';
import { bareRoot, smallRoot, toolsRoot } from './root-filesystems.ts';

/** Images that lie on the node before any pod asks for them. */
export const preloaded: ClusterImages & {
  /** As `shell`, for the user 1000. */
  readonly ordinaryUser: string;
  /** One static program, no shell. */
  readonly bare: string;
} = {
  shell: 'millrace.test/shell:1',
  tools: 'millrace.test/tools:1',
  helper: 'millrace.test/helper:1',
  ordinaryUser: 'millrace.test/ordinary-user:1',
  bare: 'millrace.test/bare:1',
};

const registry = (name: keyof typeof addresses.registries): string =>
  `${addresses.node}:${addresses.registries[name]}`;

/** Images that only the registries have: with content of their own, or the node would know them already. */
export const pulled = {
  open: `${registry('open')}/team/tool:1`,
  closed: `${registry('closed')}/team/tool:1`,
} as const;

/** What an image of {@link pulled} is called until its registry's address is known. */
export const nameInArchive = (name: keyof typeof pulled): string =>
  `millrace.test/pulled-${name}:1`;

/** Archives, each with what it is for. */
export interface ImageArchives {
  readonly preloaded: readonly string[];
  readonly pulled: Readonly<Record<keyof typeof pulled, string>>;
}

/** Raised when what the images hold changes. */
const edition = 3;
const smallPath = ['PATH=/bin:/usr/bin:/sbin:/usr/sbin'];
const debianPath = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/** Builds the images from Debian's packages, unless they are there. */
export async function buildImages({
  folder,
  pause,
  say,
}: {
  /** Where finished archives are kept. */
  readonly folder: string;
  /** The static program. */
  readonly pause: string;
  readonly say: (line: string) => void;
}): Promise<ImageArchives> {
  const target = join(folder, `images-${edition}`);
  const archive = (name: string): string => join(target, `${name}.tar`);
  const archives: ImageArchives = {
    preloaded: ['shell', 'ordinary-user', 'tools', 'helper', 'bare'].map(archive),
    pulled: { open: archive('pulled-open'), closed: archive('pulled-closed') },
  };
  if (await exists(target)) return archives;
  say('building images from Debian packages…');
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const root = (name: string): string => join(unfinished, 'roots', name);
  await smallRoot(root('small'));
  await toolsRoot(root('tools'), join(unfinished, 'packages'));
  await bareRoot(root('bare'), pause);
  const write = (name: string, source: ImageSource): Promise<void> =>
    writeImageArchive(source, join(unfinished, `${name}.tar`));
  const small = { root: root('small'), defaults: { Env: smallPath, Cmd: ['sh'] } };
  const tools = { root: root('tools'), defaults: { Env: debianPath, Cmd: ['bash'] } };
  await write('shell', { ...small, names: [preloaded.shell] });
  await write('ordinary-user', {
    root: root('small'),
    names: [preloaded.ordinaryUser],
    defaults: { Env: smallPath, User: '1000', WorkingDir: '/home/user', Cmd: ['sh'] },
  });
  await write('tools', { ...tools, names: [preloaded.tools] });
  await write('helper', { ...tools, names: [preloaded.helper], comment: 'helper' });
  await write('bare', {
    root: root('bare'),
    names: [preloaded.bare, pauseImage],
    defaults: { Entrypoint: ['/pause'] },
  });
  for (const name of ['open', 'closed'] as const)
    await write(`pulled-${name}`, { ...small, names: [nameInArchive(name)], comment: name });
  for (const folderName of ['roots', 'packages'])
    await rm(join(unfinished, folderName), { recursive: true });
  await rename(unfinished, target);
  return archives;
}
