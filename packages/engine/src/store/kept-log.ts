import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventKey,
  nothingTaken,
  takenAfter,
  type CallOptions,
  type EmitRunEvent,
  type RunEvent,
  type Taken,
} from '@millrace/core';
import { savedFile } from './saved-file.ts';

/** Makes bytes of a log from a job's events, and can go on from a state of its own. */
export interface LogWriter<State> {
  readonly handle: EmitRunEvent;
  /** Takes an event that is written already, for what it says about later ones. */
  readonly again: (event: RunEvent) => void;
  readonly state: () => State;
}

/** How a log is made and what is kept beside it. */
export interface KeptLogOptions<State extends { readonly written: number }, Upload> {
  /**
   * Makes the writer; `state` is where an earlier one stopped, with the number of bytes that it has written.
   * Its bytes go to `write`, in order.
   */
  readonly writer: (start: {
    readonly state: State | undefined;
    readonly write: (bytes: Uint8Array) => Promise<void>;
  }) => LogWriter<State>;
  /** Reads where an upload stood; gets undefined where nothing is known. */
  readonly readUpload: (stored: unknown) => Upload;
}

/** Bytes of a log that may be sent: nothing that a new process could write differently. */
export interface LogSource {
  /** In bytes. */
  readonly size: () => number;
  readonly read: (from: number, max: number, options: CallOptions) => Promise<Uint8Array>;
}

/** The rendered log of one job on disk, from which another process can go on. */
export interface KeptLog<Upload> {
  readonly emit: EmitRunEvent;
  /** Takes an event that an earlier process has written. */
  readonly again: (event: RunEvent) => void;
  /** What of the job's events is in the file for good. */
  readonly taken: Taken;
  /** Makes sure that everything taken so far survives a power cut. */
  readonly persist: () => Promise<void>;
  readonly source: LogSource;
  /** Where the upload stands. */
  readonly upload: Upload;
  readonly saveUpload: (state: Upload) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What is known of the log's bytes that are in the file. */
interface Known<State> {
  readonly taken: Taken;
  readonly log: State | undefined;
}

/**
 * Opens the log of a job: `trace.log` with its bytes, `taken.json` with the events they come from, `upload.json` with what
 * its server has. Bytes behind the last state are cut off: their events come again.
 * @param folder - of this job alone
 */
export async function openKeptLog<State extends { readonly written: number }, Upload>(
  folder: string,
  { writer, readUpload }: KeptLogOptions<State, Upload>,
): Promise<KeptLog<Upload>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stored = known<State>(await readJson(join(folder, 'taken.json')));
  const first: Known<State> = stored ?? { taken: nothingTaken, log: undefined };
  const state = savedFile(join(folder, 'taken.json'), first);
  const upload = savedFile(
    join(folder, 'upload.json'),
    // It speaks of the bytes that the state of the log is about.
    readUpload(stored === undefined ? undefined : await readJson(join(folder, 'upload.json'))),
  );
  const file = await open(join(folder, 'trace.log'), 'a+', 0o600);
  await file.truncate(first.log?.written ?? 0);
  const log = writer({ state: first.log, write: (bytes) => file.appendFile(bytes) });
  let taken = first.taken;
  const size = (): number => state.saved().log?.written ?? 0;
  const close = async (): Promise<void> => {
    await state.settled({ sync: false });
    await upload.settled({ sync: false });
    await file.close();
  };
  return {
    emit: async (event) => {
      const key = eventKey(event);
      // A job that begins anew because it had no record yet says again what it has said.
      if (key !== undefined && taken.events.includes(key)) {
        log.again(event);
        return;
      }
      await log.handle(event);
      taken = takenAfter(taken, event);
      state.put({ taken, log: log.state() });
      // The upload sends what is saved, and after the last event nothing else saves it.
      if (event.type === 'finished') await state.settled({ sync: true });
    },
    again: log.again,
    taken: first.taken,
    persist: async () => {
      await file.datasync();
      await state.settled({ sync: true });
    },
    source: {
      size,
      read: async (from, max) => {
        // The file may hold more, which the next process would cut off and write differently.
        const length = Math.max(0, Math.min(max, size() - from));
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      },
    },
    upload: upload.saved(),
    saveUpload: (next) => {
      upload.put(next);
      return upload.settled({ sync: false });
    },
    close,
  };
}

/** Undefined where there is no state, or one that a power cut has damaged: then all of it comes again from the pod. */
const known = <State>(stored: unknown): Known<State> | undefined =>
  typeof stored === 'object' && stored !== null && 'taken' in stored
    ? (stored as Known<State>)
    : undefined;

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
