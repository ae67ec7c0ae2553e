import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { LogOptions } from '../contracts.ts';
import { parseLogEntry } from './log-entry.ts';

const chunkSize = 64 * 1024;

/** What {@link readLog} reads. */
export interface LogSource {
  readonly file: string;
  /** Whether the container that writes the file has ended; asked before a file is believed to be complete. */
  readonly ended: () => boolean;
  /** Resolves when it has. */
  readonly end: Promise<unknown>;
}

/** A container's output from its log file, in the order in which it was written. */
export async function* readLog(
  source: LogSource,
  options: LogOptions,
): AsyncGenerator<Uint8Array, void> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const handle = await openLog(source.file);
  if (handle === undefined) return;
  try {
    const from = options.tailLines === undefined ? 0 : await tailOffset(handle, options.tailLines);
    let continues = false;
    for await (const lines of completeLines(handle, from, source, options)) {
      let text = '';
      for (const line of lines) {
        const entry = parseLogEntry(line);
        if (entry === undefined) continue;
        if (options.sinceTime !== undefined && Date.parse(entry.time) < options.sinceTime) continue;
        text +=
          (options.timestamps && !continues ? `${entry.time} ` : '') +
          entry.text +
          (entry.partial ? '' : '\n');
        continues = entry.partial;
      }
      const bytes = Buffer.from(text, 'latin1').subarray(0, left);
      left -= bytes.length;
      if (bytes.length > 0) yield bytes;
      if (left <= 0) return;
    }
  } finally {
    await handle.close();
  }
}

async function openLog(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch {
    return undefined;
  }
}

/** Lines that are completely written, a chunk at a time; while following, those to come too. */
async function* completeLines(
  handle: FileHandle,
  from: number,
  source: LogSource,
  options: LogOptions,
): AsyncGenerator<readonly string[], void> {
  const buffer = Buffer.allocUnsafe(chunkSize);
  const change = options.follow ? watchChanges(source, options.signal) : undefined;
  let position = from;
  let rest = '';
  try {
    for (;;) {
      options.signal.throwIfAborted();
      const ended = source.ended();
      const { bytesRead } = await handle.read(buffer, 0, chunkSize, position);
      position += bytesRead;
      if (bytesRead > 0) {
        const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
        rest = lines.pop() ?? '';
        yield lines;
      } else if (change === undefined || ended) {
        return;
      } else {
        await change.next();
      }
    }
  } finally {
    change?.close();
  }
}

interface Changes {
  /** Resolves after a change since the last call. */
  readonly next: () => Promise<void>;
  readonly close: () => void;
}

function watchChanges(source: LogSource, signal: AbortSignal): Changes {
  let changed = false;
  let wake: (() => void) | undefined;
  const notice = (): void => {
    changed = true;
    wake?.();
  };
  const watcher = watch(source.file, notice);
  watcher.on('error', notice);
  source.end.then(notice, notice);
  signal.addEventListener('abort', notice, { once: true });
  return {
    next: () =>
      new Promise((resolve) => {
        wake = () => {
          wake = undefined;
          changed = false;
          resolve();
        };
        if (changed) wake();
      }),
    close: () => {
      watcher.close();
      signal.removeEventListener('abort', notice);
    },
  };
}

/** Where the last `count` lines begin; pieces of one line count as one. */
async function tailOffset(handle: FileHandle, count: number): Promise<number> {
  const { size } = await handle.stat();
  if (count === 0) return size;
  let text = '';
  for (let from = size; from > 0;) {
    const length = Math.min(chunkSize, from);
    from -= length;
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, from);
    text = buffer.toString('latin1') + text;
    const starts = lineStarts(text, from === 0);
    const start = starts.at(-count);
    if (starts.length > count && start !== undefined) return from + start;
  }
  return lineStarts(text, true).at(-count) ?? 0;
}

/** Offsets of entries that begin a line of the container. @param whole - `text` is the file from its start */
function lineStarts(text: string, whole: boolean): readonly number[] {
  const starts: number[] = [];
  let begins = whole;
  for (let at = whole ? 0 : text.indexOf('\n') + 1; at < text.length;) {
    const end = text.indexOf('\n', at);
    if (end === -1) break;
    if (begins) starts.push(at);
    begins = parseLogEntry(text.slice(at, end))?.partial !== true;
    at = end + 1;
  }
  return starts;
}
