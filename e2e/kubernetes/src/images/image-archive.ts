import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../cluster/run-program.ts';

/** What a container of the image starts with; the fields of an OCI image's `config`. */
export interface ImageDefaults {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

/** An image to write. */
export interface ImageSource {
  /** Full names, as `millrace.test/shell:1`. */
  readonly names: readonly string[];
  /** Folder with its root file system. */
  readonly root: string;
  readonly defaults: ImageDefaults;
  /** Tells images of one root apart: another text is another image. */
  readonly comment?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const created = '2026-01-01T00:00:00Z';

/** Writes an OCI archive with one image of one layer; the same input gives the same bytes. */
export async function writeImageArchive(source: ImageSource, target: string): Promise<void> {
  const folder = `${target}.unfinished`;
  const blobs = join(folder, 'blobs', 'sha256');
  await rm(folder, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  const layer = await addLayer(source.root, blobs);
  const config = await addJson(blobs, 'application/vnd.oci.image.config.v1+json', {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: source.defaults,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created, comment: source.comment ?? '' }],
  });
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await addJson(blobs, manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers: [layer],
  });
  const index = {
    schemaVersion: 2,
    manifests: source.names.map((name) => ({
      ...manifest,
      annotations: { 'io.containerd.image.name': name },
    })),
  };
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const archive = join(folder, 'archive.tar');
  await runProgram('tar', ['-C', folder, '-cf', archive, 'blobs', 'index.json', 'oci-layout']);
  await rename(archive, target);
  await rm(folder, { recursive: true });
}

async function addLayer(root: string, blobs: string): Promise<Descriptor> {
  const file = join(blobs, 'layer');
  const plain = ['--sort=name', '--numeric-owner', '--owner=0', '--group=0', '--mtime=@0'];
  await runProgram('tar', ['-C', root, ...plain, '-cf', file, '.']);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const digest = hash.digest('hex');
  await rename(file, join(blobs, digest));
  return {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${digest}`,
    size: (await stat(join(blobs, digest))).size,
  };
}

async function addJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const text = JSON.stringify(value);
  const digest = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, digest), text);
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}
