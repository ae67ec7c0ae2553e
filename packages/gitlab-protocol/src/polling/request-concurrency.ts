/** How a job request went, as far as the number of parallel requests goes. */
export interface RequestedJob {
  /** The server asked for patience on the way. */
  readonly retried: boolean;
  readonly gotJob: boolean;
}

/** How many requests for jobs one runner may have under way. */
export interface RequestConcurrency {
  readonly allowed: () => number;
  readonly note: (request: RequestedJob) => void;
}

/**
 * GitLab Runner's rule: at most `request_concurrency` (1 if less). Adaptive (`FF_USE_ADAPTIVE_REQUEST_CONCURRENCY`), it
 * grows by a tenth with every job, shrinks by a twentieth without one, and halves when the server asks for patience.
 */
export function createRequestConcurrency(
  configured: number,
  adaptive: boolean,
): RequestConcurrency {
  const most = Math.max(1, configured);
  const clamp = (value: number): number => Math.min(most, Math.max(1, value));
  let measure = 0;
  return {
    allowed: () => (adaptive ? clamp(Math.ceil(measure)) : most),
    note: ({ retried, gotJob }) => {
      measure = clamp(measure * (retried ? 0.5 : gotJob ? 1.1 : 0.95));
    },
  };
}
