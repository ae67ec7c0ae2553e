/** So many bytes are looked at before the native search is called: its call costs as much. */
const NEAR = 32;

/**
 * Finds one byte again and again.
 * @returns a function that gives the next place at or after a position, or the data's length; positions never go back
 */
export function nextOccurrence(
  data: Buffer,
  first: number,
  second?: number,
): (from: number) => number {
  const { length } = data;
  const pair = second === undefined ? undefined : Buffer.of(first, second);
  let next = -1;
  return (from) => {
    if (next >= from) return next;
    const near = Math.min(length, from + NEAR);
    for (let at = from; at < near; at++)
      if (data[at] === first && (second === undefined || data[at + 1] === second))
        return (next = at);
    const found = near === length ? -1 : data.indexOf(pair ?? first, near);
    return (next = found === -1 ? length : found);
  };
}
