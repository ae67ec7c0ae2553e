import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventKey,
  nothingTaken,
  takenAfter,
  type Clock,
  type EmitRunEvent,
  type RunEvent,
  type Taken,
} from '@millrace/core';
import { createJobTrace, type JobTraceOptions } from '@millrace/gitlab-job';
import { readTraceState, type TraceSource, type TraceState } from '@millrace/gitlab-protocol';
import type { JobLogState } from '@millrace/logstream';
import { savedFile } from './saved-file.ts';

/** How the log is written: all but where to. */
export type JobLogOptions = Omit<JobTraceOptions, 'write' | 'clock'> & { readonly clock: Clock };

/** The rendered log of one job on disk, from which another process can go on. */
export interface JobLogFile {
  readonly emit: EmitRunEvent;
  /** Takes an event that an earlier process has written. */
  readonly again: (event: RunEvent) => void;
  /** What of the job's events is in the file for good. */
  readonly taken: Taken;
  /** Makes sure that everything taken so far survives a power cut. */
  readonly persist: () => Promise<void>;
  /** What may be uploaded: nothing that a new process could write differently. */
  readonly source: TraceSource;
  /** Where the upload stands. */
  readonly upload: TraceState;
  readonly saveUpload: (state: TraceState) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What is known of the log's bytes that are in the file. */
interface LogState {
  readonly taken: Taken;
  readonly log: JobLogState | undefined;
}

const nothing: LogState = { taken: nothingTaken, log: undefined };

/**
 * Opens the log of a job: `trace.log` with its bytes, `taken.json` with the events they come from, `upload.json` with what
 * the server has. Bytes behind the last state are cut off: their events come again.
 * @param folder - of this job alone
 */
export async function openJobLogFile(folder: string, options: JobLogOptions): Promise<JobLogFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const first = logState(await readJson(join(folder, 'taken.json')));
  const state = savedFile(join(folder, 'taken.json'), first);
  const upload = savedFile<TraceState>(
    join(folder, 'upload.json'),
    // It speaks of the bytes that the state of the log is about.
    readTraceState(first === nothing ? undefined : await readJson(join(folder, 'upload.json'))),
  );
  const file = await open(join(folder, 'trace.log'), 'a+', 0o600);
  await file.truncate(first.log?.written ?? 0);
  const trace = createJobTrace({
    ...options,
    rules: { ...options.rules, state: first.log },
    write: (bytes) => file.appendFile(bytes),
  });
  let taken = first.taken;
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
        trace.again(event);
        return;
      }
      await trace.handle(event);
      taken = takenAfter(taken, event);
      state.put({ taken, log: trace.log.state() });
      // The upload sends what is saved, and after the last event nothing else saves it.
      if (event.type === 'finished') await state.settled({ sync: true });
    },
    again: trace.again,
    taken: first.taken,
    persist: async () => {
      await file.datasync();
      await state.settled({ sync: true });
    },
    source: {
      size: () => state.saved().log?.written ?? 0,
      read: async (from, max) => {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(max), 0, max, from);
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

/** Nothing where there is no state, or one that a power cut has damaged: then all of it comes again from the pod. */
const logState = (stored: unknown): LogState =>
  typeof stored === 'object' && stored !== null && 'taken' in stored
    ? (stored as LogState)
    : nothing;

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
