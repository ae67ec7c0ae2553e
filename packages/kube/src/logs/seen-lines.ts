/** So many of the newest lines are remembered. */
const remembered = 4096;

/** Which lines were passed on, so that a resumed stream repeats none and skips none. */
export interface SeenLines {
  readonly add: (timestamp: string) => void;
  /** To be called before the first line of another stream. */
  readonly resume: () => void;
  /** Whether this line was passed on before. */
  readonly isRepeated: (timestamp: string) => boolean;
  /** What to ask the server for. Undefined before the first line. */
  readonly since: () => string | undefined;
}

/**
 * `sinceTime` has a grain of seconds, several lines may share one timestamp, and the lines of the two output streams
 * may stand in the file slightly out of order. So a resume asks for a little more, counts lines per timestamp, and
 * drops known ones until the first new one: from there on everything is new, whatever the node's clock does.
 */
export function createSeenLines(): SeenLines {
  const order: string[] = [];
  const counts = new Map<string, number>();
  let forgotten = '';
  let repeats: Map<string, number> | undefined;

  const forget = (timestamp: string): void => {
    const left = (counts.get(timestamp) ?? 1) - 1;
    if (left === 0) counts.delete(timestamp);
    else counts.set(timestamp, left);
    if (sortable(timestamp) > sortable(forgotten)) forgotten = timestamp;
  };
  return {
    add: (timestamp) => {
      order.push(timestamp);
      counts.set(timestamp, (counts.get(timestamp) ?? 0) + 1);
      // In batches: moving the array for each line would cost more than the line.
      if (order.length >= 2 * remembered) order.splice(0, remembered).forEach(forget);
    },
    resume: () => {
      repeats = new Map(counts);
    },
    isRepeated: (timestamp) => {
      if (repeats === undefined) return false;
      const left = repeats.get(timestamp) ?? 0;
      if (left > 0) repeats.set(timestamp, left - 1);
      else if (sortable(timestamp) > sortable(forgotten)) repeats = undefined;
      return repeats !== undefined;
    },
    since: () => {
      const last = order.at(-1);
      if (last === undefined) return undefined;
      const second = Math.floor(Date.parse(last) / 1000) - 1;
      return new Date(second * 1000).toISOString().replace('.000', '');
    },
  };
}

/** Text that sorts like the time, within one zone: the fraction is written without its trailing zeros. */
function sortable(timestamp: string): string {
  const [seconds = '', fraction = ''] = timestamp.replace(/Z$|[+-]\d\d:\d\d$/, '').split('.', 2);
  return seconds + fraction.padEnd(9, '0');
}
