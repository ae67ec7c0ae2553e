import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { takenAfter, type RunEvent, type Taken } from '@millrace/core';
import { savedFile } from '@millrace/engine';
import type { StepState } from '@millrace/woodpecker-protocol';
import type { LineEnd } from './step-log.ts';

/** What of a workflow the server has for good. Plain JSON. */
interface Told {
  /** Keys of events. */
  readonly events: readonly string[];
  /** By unit: how far its log went. */
  readonly logs: Readonly<Record<string, LineEnd>>;
  /** By unit: when its log was opened, milliseconds since the epoch. */
  readonly opened: Readonly<Record<string, number>>;
  /** By step: how it stood last, where the server could not be told. */
  readonly untold: Readonly<Record<string, StepState>>;
  /** Whether the server knows that the workflow is over. */
  readonly done: boolean;
}

/** Remembers across processes what of a workflow the server has. */
export interface WorkflowMemory {
  readonly taken: () => Taken;
  readonly lineOf: (unit: string) => LineEnd;
  /** When a step's log was opened; notes it the first time. */
  readonly openedAt: (unit: string, now: number) => number;
  readonly tookEvent: (event: RunEvent) => void;
  readonly tookLine: (unit: string, end: LineEnd) => void;
  /** States of steps that the server still has to be told. */
  readonly untold: () => readonly StepState[];
  /** The server could not be told; a later state of the step replaces it. */
  readonly missedStep: (state: StepState) => void;
  /** The server has been told, or does not want to know. */
  readonly toldStep: (stepUuid: string) => void;
  /** Resolves when another process would find all of it; a disk that cannot be written is no error. */
  readonly noted: () => Promise<void>;
  /** The server knows that the workflow is over; what is left of it is for the next start to remove. */
  readonly tookDone: () => void;
  readonly isDone: () => boolean;
  /** Resolves when all of it is on disk. */
  readonly settled: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

const nothing: Told = { events: [], logs: {}, opened: {}, untold: {}, done: false };
const beginning: LineEnd = { offset: 0, line: 0 };

/** Opens what is remembered of a workflow; without a folder it is remembered as long as the process lives. */
export async function openWorkflowMemory(
  folder: string | undefined,
  job: string,
): Promise<WorkflowMemory> {
  const file = folder === undefined ? undefined : join(folder, `${job}.json`);
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  let told = file === undefined ? nothing : await readTold(file);
  const saved = file === undefined ? undefined : savedFile(file, told);
  let isRemoved = false;
  const put = (next: Told): void => {
    if (isRemoved) return;
    told = next;
    saved?.put(next);
  };
  return {
    taken: () => ({
      events: told.events,
      output: Object.fromEntries(
        Object.entries(told.logs).map(([unit, { offset, place }]) => [
          unit,
          { attempt: 1, offset, ...(place === undefined ? {} : { place }) },
        ]),
      ),
    }),
    lineOf: (unit) => told.logs[unit] ?? beginning,
    openedAt: (unit, now) => {
      const known = told.opened[unit];
      if (known !== undefined) return known;
      put({ ...told, opened: { ...told.opened, [unit]: now } });
      return now;
    },
    tookEvent: (event) => {
      const { events } = takenAfter({ events: told.events, output: {} }, event);
      if (events !== told.events) put({ ...told, events });
    },
    tookLine: (unit, end) => put({ ...told, logs: { ...told.logs, [unit]: end } }),
    untold: () => Object.values(told.untold),
    missedStep: (state) => put({ ...told, untold: { ...told.untold, [state.stepUuid]: state } }),
    toldStep: (stepUuid) => {
      if (told.untold[stepUuid] === undefined) return;
      const { [stepUuid]: _, ...untold } = told.untold;
      put({ ...told, untold });
    },
    noted: async () => {
      await saved?.settled({ sync: false }).catch(() => undefined);
    },
    tookDone: () => put({ ...told, done: true }),
    isDone: () => told.done,
    settled: async () => {
      await saved?.settled({ sync: true });
    },
    remove: async () => {
      // Lines that are still on their way must not bring the file back.
      isRemoved = true;
      if (file === undefined) return;
      await saved?.settled({ sync: false }).catch(() => undefined);
      await rm(file, { force: true });
    },
  };
}

async function readTold(file: string): Promise<Told> {
  try {
    return { ...nothing, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Told>) };
  } catch {
    // None, or one that was being written when its machine went down: the server may get lines twice.
    return nothing;
  }
}
