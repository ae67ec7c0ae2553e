import { eventKey } from './event-key.ts';
import type { LogPlace } from './kubernetes.ts';
import type { RunEvent } from './run-events.ts';

/** What of a job's events somebody has for good; a new process goes on behind it. Plain JSON. */
export interface Taken {
  /** By unit: how much of the log file of which attempt's pod. */
  readonly output: Readonly<Record<string, TakenOutput>>;
  /** Keys of events, see {@link eventKey}. */
  readonly events: readonly string[];
}

/** How much of a unit's output. */
export interface TakenOutput {
  readonly attempt: number;
  readonly offset: number;
  /** Of container units; without it the log is read from its start again, and what was taken is passed over. */
  readonly place?: LogPlace;
}

/** Before the first event. */
export const nothingTaken: Taken = { output: {}, events: [] };

/**
 * What is taken once this event is, too. Pure.
 * @example
 * taken = takenAfter(taken, event); // and written down together with what was made of the event
 */
export function takenAfter(taken: Taken, event: RunEvent): Taken {
  const key = eventKey(event);
  if (key !== undefined)
    return taken.events.includes(key) ? taken : { ...taken, events: [...taken.events, key] };
  if (event.type !== 'output' || event.offset === undefined) return taken;
  const { unit, attempt, offset, bytes, place } = event;
  const now: TakenOutput = {
    attempt,
    offset: offset + bytes.length,
    ...(place === undefined ? {} : { place }),
  };
  return { ...taken, output: { ...taken.output, [unit.id]: now } };
}

/** Byte of an attempt's log file from which on output is still wanted. */
export function takenOffset({ output }: Taken, unit: string, attempt: number): number {
  const known = output[unit];
  return known?.attempt === attempt ? known.offset : 0;
}

/** Where the log of an attempt's container goes on, if that is known. */
export function takenPlace({ output }: Taken, unit: string, attempt: number): LogPlace | undefined {
  const known = output[unit];
  return known?.attempt === attempt ? known.place : undefined;
}
