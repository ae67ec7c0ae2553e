import type { Clock, RunnerError } from '@millrace/core';
import { withFields } from './with-fields.ts';

/** What a connection remembers about an API server that it lost. */
export interface Outage {
  /** A connection broke, or none could be had. */
  readonly noteLost: () => void;
  /** The error as it is to be taken now. */
  readonly judge: (error: RunnerError) => RunnerError;
}

/** Milliseconds after the last loss in which a refusal is not believed. */
const doubt = 15_000;
const refusals: ReadonlySet<string> = new Set(['api_forbidden', 'api_unauthorized']);

/**
 * An API server that has just been started answers before it has read the roles and accounts of the cluster, and refuses
 * what it will allow a second later (seen with Kubernetes 1.36: a burst of 403 in the first 0.1 s). So for a while after
 * a loss a refusal passes for an error that passes.
 */
export function createOutage(clock: Clock): Outage {
  let lostAt = Number.NEGATIVE_INFINITY;
  return {
    noteLost: () => {
      lostAt = clock.monotonic();
    },
    judge: (error) => {
      if (!refusals.has(error.reason) || clock.monotonic() - lostAt > doubt) return error;
      return withFields(error, { retry: 'operation', details: { processed: false } });
    },
  };
}
