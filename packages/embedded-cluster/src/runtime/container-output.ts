import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createAsyncQueue, type AsyncQueue } from '@millrace/async';
import type { ContainerSpec } from '../contracts.ts';
import { createCriEncoder, createLogStamps } from './cri-log.ts';

/** Chunks an attached reader may be behind before the container has to wait. */
const attachedBacklog = 64;

/** One attached reader's view of a container's output. */
export interface AttachedOutput {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly detach: () => void;
}

/** Where a container's output goes: its log file, and everyone attached. */
export interface ContainerOutput {
  /** Written when it returns; what it returns, if anything, is for the slowest attached reader to wait for. */
  readonly write: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => Promise<void> | undefined;
  readonly attach: () => AttachedOutput;
  readonly end: () => void;
}

interface Reader {
  readonly stdout: AsyncQueue<Uint8Array>;
  readonly stderr: AsyncQueue<Uint8Array>;
}

/**
 * Log entries are written synchronously: the container's pipe is then the only buffer, which is the back-pressure, and
 * whoever sees the container's end has its whole log.
 */
export function createContainerOutput(
  spec: Pick<ContainerSpec, 'logFile'>,
  now: () => number,
): ContainerOutput {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const file = openSync(spec.logFile, 'a');
  const stamps = createLogStamps(now);
  const encoders = {
    stdout: createCriEncoder('stdout', stamps),
    stderr: createCriEncoder('stderr', stamps),
  };
  const readers = new Set<Reader>();
  let ended = false;
  const append = (entries: Buffer): void => {
    for (let at = 0; at < entries.length;) at += writeSync(file, entries, at);
  };
  const close = (reader: Reader): void => {
    readers.delete(reader);
    reader.stdout.end();
    reader.stderr.end();
  };
  return {
    write: (stream, chunk) => {
      if (ended) return undefined;
      append(encoders[stream].encode(chunk));
      const waits = [...readers].flatMap((reader) => reader[stream].push(chunk) ?? []);
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
    },
    attach: () => {
      const reader: Reader = {
        stdout: createAsyncQueue<Uint8Array>({ limit: attachedBacklog }),
        stderr: createAsyncQueue<Uint8Array>({ limit: attachedBacklog }),
      };
      if (ended) close(reader);
      else readers.add(reader);
      return { stdout: reader.stdout, stderr: reader.stderr, detach: () => close(reader) };
    },
    end: () => {
      if (ended) return;
      append(encoders.stdout.end());
      append(encoders.stderr.end());
      ended = true;
      closeSync(file);
      for (const reader of readers) close(reader);
    },
  };
}
