import { deferred, type Deferred } from '@millrace/async';
import { RunnerError } from '@millrace/core';
import { pack } from 'tar-stream';
import { drained } from './drained.ts';

/** One file for {@link packSources}. */
export interface SourceFile {
  /** Relative, with `/` between its parts. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** When it was changed; the start of 1970 if absent, which tools like `zip` refuse. */
  readonly mtime?: Date;
  /** Bytes that `content` gives, or 0 for a symbolic link. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Target of a symbolic link; then there is no content. */
  readonly linkTarget?: string;
}

/**
 * A tar of the files, in the order given, owned by nobody in particular, so that the same sources make the same
 * bytes. Read it once.
 * @throws RunnerError `MILLRACE_E_SOURCE_CHANGED` while reading, when a file is longer or shorter than its `size`
 */
export async function* packSources(
  files: AsyncIterable<SourceFile> | Iterable<SourceFile>,
): AsyncIterable<Uint8Array> {
  const tar = pack();
  const written = writeAll(tar, files).then(
    () => {
      tar.finalize();
    },
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  for await (const bytes of tar) yield bytes as Uint8Array;
  await written;
}

async function writeAll(
  tar: ReturnType<typeof pack>,
  files: AsyncIterable<SourceFile> | Iterable<SourceFile>,
): Promise<void> {
  for await (const file of files) {
    const header = { name: file.path, mode: file.mode, mtime: file.mtime ?? new Date(0) };
    if (file.linkTarget !== undefined) {
      tar.entry({ ...header, type: 'symlink', linkname: file.linkTarget }, '');
      continue;
    }
    const done: Deferred<void> = deferred();
    const entry = tar.entry({ ...header, size: file.size }, (error) =>
      error ? done.reject(error) : done.resolve(),
    );
    // A reader who stops early destroys the tar; that must not become an unhandled rejection.
    done.promise.catch(() => undefined);
    entry.on('error', () => undefined);
    let left = file.size;
    for await (const bytes of file.content) {
      left -= bytes.length;
      if (left < 0) break;
      if (!entry.write(bytes)) await drained(entry);
    }
    if (left !== 0) throw sourceChanged(file);
    entry.end(null);
    await done.promise;
  }
}

const sourceChanged = (file: SourceFile): RunnerError =>
  new RunnerError(`${file.path} is not the ${file.size} bytes it was announced to be`, {
    code: 'MILLRACE_E_SOURCE_CHANGED',
    kind: 'user',
    blame: file.path,
    hint: 'Do not change the sources while they are being read.',
  });
