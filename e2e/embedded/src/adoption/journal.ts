import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { nothingTaken, takenAfter, type RunEvent, type Taken } from '@millrace/core';
import type { Point } from './points.ts';

/** An event as a line of a journal, with the bytes of output as text. */
type Entry = Omit<RunEvent, 'bytes'> & { readonly bytes?: string };

/** What was taken of a job so far, by however many processes. */
export interface Journal {
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly taken: () => Taken;
}

/** A taker that writes one line an event: a line is there or it is not. */
export function openJournal(file: string, point: Point): Journal {
  return {
    emit: (event) => {
      point(`before ${event.type} is taken`);
      const bytes =
        event.type === 'output' ? Buffer.from(event.bytes).toString('base64') : undefined;
      appendFileSync(file, `${JSON.stringify({ ...event, bytes })}\n`);
      point(`after ${event.type} is taken`);
      return Promise.resolve();
    },
    taken: () => journalOf(file).reduce(takenAfter, nothingTaken),
  };
}

/** The events of a journal. */
export function journalOf(file: string): readonly RunEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry = JSON.parse(line) as Entry;
      // An absent offset is one that was undefined.
      return (
        entry.bytes === undefined ? entry : { ...entry, bytes: Buffer.from(entry.bytes, 'base64') }
      ) as RunEvent;
    });
}
