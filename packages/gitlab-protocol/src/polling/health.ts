import type { Clock } from '@millrace/core';

/** How many bad answers in a row disable a runner, and for how long. */
export interface HealthLimits {
  readonly unhealthyRequests: number;
  /** Milliseconds. */
  readonly unhealthyInterval: number;
}

/** Whether a runner may ask for jobs now. */
export type HealthVerdict =
  | { readonly may: 'ask' }
  /** The time is over: one request, whatever came before. */
  | { readonly may: 'be forced' }
  | { readonly may: 'wait' };

/** Health of one runner: too many refusals in a row disable it for a while. */
export interface RunnerHealth {
  readonly verdict: () => HealthVerdict;
  readonly healthy: () => void;
  /** @returns whether this one disabled the runner */
  readonly unhealthy: () => boolean;
}

/** GitLab Runner's rule: only good answers and forced requests restart the time. */
export function createHealth(limits: HealthLimits, clock: Pick<Clock, 'monotonic'>): RunnerHealth {
  let failures = 0;
  let lastCheck = clock.monotonic();
  const isDisabled = (): boolean => failures >= limits.unhealthyRequests;
  return {
    verdict: () => {
      if (!isDisabled()) return { may: 'ask' };
      if (clock.monotonic() - lastCheck <= limits.unhealthyInterval) return { may: 'wait' };
      failures = 0;
      lastCheck = clock.monotonic();
      return { may: 'be forced' };
    },
    healthy: () => {
      failures = 0;
      lastCheck = clock.monotonic();
    },
    unhealthy: () => {
      failures += 1;
      return isDisabled();
    },
  };
}
