const first = 10_000;
const longest = 300_000;
/** A container that ran this long has earned a fresh start. */
const healthy = 600_000;

/** Delays between restarts of one container, as the kubelet's: none the first time, then 10 s, doubling to 5 minutes. */
export interface CrashBackoff {
  /** Milliseconds to wait. @param ran - how long the container lived */
  readonly next: (ran: number) => number;
}

export function createCrashBackoff(): CrashBackoff {
  let delay = 0;
  return {
    next: (ran) => {
      const wait = ran >= healthy ? 0 : delay;
      delay = wait === 0 ? first : Math.min(wait * 2, longest);
      return wait;
    },
  };
}

/** As Go prints whole seconds: `40s`, `1m20s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
