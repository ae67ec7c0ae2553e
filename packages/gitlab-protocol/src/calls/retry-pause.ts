/** Tries of one call in all; the answer of the last is the result, whatever it is. */
export const mostTries = 5;

const firstPause = 100;
const longestBackOff = 60_000;
/** A header may ask for more than a timer can wait; nothing else in this protocol waits longer than this. */
const longestPause = 3_600_000;

/** Statuses after which the same request is sent again within one call. */
export function asksForAnotherTry(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status) || status >= 512;
}

/**
 * Milliseconds until the next try of a call: until `RateLimit-ResetTime` if that lies in the future, else what
 * `Retry-After` says in seconds, else 100 ms, doubled each time up to a minute, drawn between the first and the computed
 * pause.
 * @param tries - made so far, at least 1
 * @param now - milliseconds since the epoch
 * @param random - a number in [0, 1)
 */
export function retryPause(
  headers: Readonly<Record<string, string>>,
  tries: number,
  now: number,
  random: number,
): number {
  const reset = Date.parse(headers['ratelimit-resettime'] ?? '');
  if (reset > now) return Math.min(reset - now, longestPause);
  const after = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(after) && Number(after) > 0) return Math.min(Number(after) * 1000, longestPause);
  const computed = Math.min(firstPause * 2 ** (tries - 1), longestBackOff);
  return firstPause + random * (computed - firstPause);
}
