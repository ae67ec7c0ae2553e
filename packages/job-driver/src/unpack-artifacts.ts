import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RunnerError } from '@millrace/core';
import { extract, type Header } from 'tar-stream';
import { drained } from './drained.ts';

/** What came out of the archive. */
export interface UnpackedArtifacts {
  /** Paths relative to the directory, in the archive's order. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/**
 * Writes the files, directories and symbolic links of a tar below `directory`, which comes from a job and is not
 * trusted: nothing is written outside, neither by `..` nor through a symbolic link. Other kinds of entries are refused.
 * @throws RunnerError `MILLRACE_E_ARTIFACT_PATH` for a path that leads outside, `MILLRACE_E_ARTIFACT_TYPE`
 */
export async function unpackArtifacts(
  stream: AsyncIterable<Uint8Array>,
  directory: string,
  options: { readonly signal: AbortSignal },
): Promise<UnpackedArtifacts> {
  const archive = extract();
  let broken: { readonly error: unknown } | undefined;
  const feeding = feed(stream, archive, options.signal).catch((error: unknown) => {
    broken = { error };
    archive.destroy();
  });
  try {
    const unpacked = await writeEntries(archive, directory);
    await feeding;
    return unpacked;
  } catch (error) {
    archive.destroy();
    await feeding;
    // A stream that broke is the cause of what the archive then says.
    throw error instanceof RunnerError || broken === undefined ? error : broken.error;
  }
}

async function writeEntries(
  archive: ReturnType<typeof extract>,
  directory: string,
): Promise<UnpackedArtifacts> {
  const paths: string[] = [];
  let bytes = 0;
  for await (const entry of archive) {
    const { header } = entry;
    const parts = safeParts(header);
    if (parts.length > 0) {
      await makeWay(directory, parts, header);
      await writeEntry(join(directory, ...parts), header, entry as AsyncIterable<Uint8Array>);
      paths.push(parts.join('/'));
      bytes += header.size;
    }
    entry.resume();
  }
  return { paths, bytes };
}

async function feed(
  stream: AsyncIterable<Uint8Array>,
  archive: ReturnType<typeof extract>,
  signal: AbortSignal,
): Promise<void> {
  for await (const bytes of stream) {
    signal.throwIfAborted();
    if (!archive.write(bytes)) await drained(archive);
  }
  archive.end(null);
}

function safeParts(header: Header): readonly string[] {
  const parts = header.name.split('/').filter((part) => part !== '' && part !== '.');
  if (header.name.startsWith('/') || parts.includes('..') || header.name.includes('\0'))
    throw outside(header.name, 'leads outside the directory');
  return parts;
}

/** Makes the directories above an entry, none of which may be a link, and removes what lies in its place. */
async function makeWay(root: string, parts: readonly string[], header: Header): Promise<void> {
  await mkdir(root, { recursive: true });
  let path = root;
  for (const part of parts.slice(0, -1)) {
    path = join(path, part);
    if ((await kindOf(path)) === undefined) await mkdir(path);
    if ((await kindOf(path)) !== 'directory')
      throw outside(header.name, `goes through ${path}, which is no directory`);
  }
  const target = join(path, parts.at(-1) ?? '');
  const kind = await kindOf(target);
  if (kind === 'directory' && header.type !== 'directory')
    throw outside(header.name, 'would replace a directory');
  if (kind === 'other') await rm(target);
}

async function kindOf(path: string): Promise<'directory' | 'other' | undefined> {
  try {
    return (await lstat(path)).isDirectory() ? 'directory' : 'other';
  } catch {
    return undefined;
  }
}

async function writeEntry(
  path: string,
  header: Header,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  if (header.type === 'directory') {
    await mkdir(path, { recursive: true });
  } else if (header.type === 'symlink') {
    await symlink(header.linkname, path);
  } else if (header.type === 'file' || header.type === 'contiguous-file') {
    await pipeline(bytesOf(content), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    await chmod(path, header.mode & 0o777);
  } else {
    throw new RunnerError(`${header.name} in the archive is a ${header.type}, which is not taken`, {
      code: 'MILLRACE_E_ARTIFACT_TYPE',
      kind: 'user',
      blame: header.name,
    });
  }
}

/** Node's pipeline takes a tar-stream entry for a stream of its own and misses its failure. */
async function* bytesOf(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* content;
}

const outside = (name: string, why: string): RunnerError =>
  new RunnerError(`artifact path ${JSON.stringify(name)} ${why}`, {
    code: 'MILLRACE_E_ARTIFACT_PATH',
    kind: 'user',
    blame: name,
  });
