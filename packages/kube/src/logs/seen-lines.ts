import type { LogGap, LogPlace } from '@millrace/core';

/** Seconds whose lines are counted; a node's clock may go back by so much. */
const remembered = 600;

/** Which lines were passed on, so that a resumed stream repeats none and skips none. */
export interface SeenLines {
  /** A whole line was passed on. */
  readonly add: (timestamp: string) => void;
  /** To be called before the first line of another stream, with the line of which only a part was passed on. */
  readonly resume: (open: LogPlace['open']) => void;
  /** Whether this line was passed on before. */
  readonly isRepeated: (timestamp: string) => boolean;
  /** Where to go on. Undefined before the first line. */
  readonly place: (open: LogPlace['open']) => LogPlace | undefined;
  readonly gap: () => LogGap | undefined;
  /** The stream has ended: what is missing by now was rotated away. */
  readonly end: () => void;
}

/**
 * `sinceTime` has a grain of seconds, several lines may share one timestamp, and the lines of the two output streams
 * may stand in the file slightly out of order. So a resume asks for a little more, from a whole second on, and drops as
 * many lines as were read from that second on: the server leaves out the same lines each time. A line that is newer than
 * all that were read ends the dropping before its time: then lines are missing, because the log was rotated.
 * @param from - where another reading has stopped
 */
export function createSeenLines(from?: LogPlace): SeenLines {
  let counts = new Map<number, number>();
  let last: string | undefined;
  let newest = from?.newest ?? '';
  let resumed = from;
  let left = from?.lines ?? 0;
  let found: LogGap | undefined;

  const count = (timestamp: string): void => {
    const second = secondOf(timestamp);
    counts.set(second, (counts.get(second) ?? 0) + 1);
    if (counts.size > remembered) counts.delete(counts.keys().next().value ?? second);
    last = timestamp;
    if (sortable(timestamp) > sortable(newest)) newest = timestamp;
  };
  const place = (open: LogPlace['open']): LogPlace | undefined => {
    if (resumed !== undefined) return resumed;
    const timestamp = last ?? open?.timestamp;
    if (timestamp === undefined) return undefined;
    const second = secondOf(timestamp) - 1;
    let lines = 0;
    for (const [at, number] of counts) if (at >= second) lines += number;
    const since = new Date(second * 1000).toISOString().replace('.000', '');
    return { since, lines, newest, ...(open === undefined ? {} : { open }) };
  };
  return {
    add: count,
    place,
    resume: (open) => {
      resumed = place(open);
      left = resumed?.lines ?? 0;
      counts = new Map();
    },
    isRepeated: (timestamp) => {
      if (resumed === undefined) return false;
      if (left > 0 && sortable(timestamp) <= sortable(newest)) {
        left -= 1;
        count(timestamp);
        return true;
      }
      if (left > 0) found = { after: newest, until: timestamp };
      resumed = undefined;
      left = 0;
      return false;
    },
    gap: () => found,
    end: () => {
      if (left > 0) found = { after: newest, until: undefined };
    },
  };
}

const secondOf = (timestamp: string): number => Math.floor(Date.parse(timestamp) / 1000);

/** Text that sorts like the time, within one zone: the fraction is written without its trailing zeros. */
function sortable(timestamp: string): string {
  const [seconds = '', fraction = ''] = timestamp.replace(/Z$|[+-]\d\d:\d\d$/, '').split('.', 2);
  return seconds + fraction.padEnd(9, '0');
}
