import { isRunnerError } from '@millrace/core';

const first = 500;
const longest = 30_000;

/**
 * Milliseconds before the next try after so many failures in a row: full jitter, so that the runners of a cluster do
 * not come back together after its API server restarted; at least what the server asked for.
 */
export function nextPause(failures: number, error: unknown, random: () => number): number {
  const asked = isRunnerError(error) ? error.details['retryAfter'] : undefined;
  const drawn = random() * Math.min(longest, first * 2 ** (failures - 1));
  return Math.max(drawn, typeof asked === 'number' ? asked : 0);
}
