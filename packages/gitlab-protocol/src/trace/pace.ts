import type { Clock } from '@millrace/core';
import type { JobSignals } from '../answers/job-signals.ts';
import type { Cancellable } from '../calls/cancellable.ts';

/** What a server asks a runner to do with a job. Each is told once. */
export type ServerRequest =
  /** End the script; what comes after it still runs (`canceling`). */
  | 'cancel'
  /** Stop everything: the job is over on the server. */
  | 'abort';

/** Between two updates, where the server says nothing. */
const defaultInterval = 3_000;
/** A job of which the server heard nothing for so long is told to be alive. */
const defaultSilence = 30_000;
const mostSilence = 1_800_000;

/** The rhythm of an upload, which the server changes with its answers, and the requests that come with them. */
export interface Pace {
  /** Takes in what came with an answer. */
  readonly hear: (signals: JobSignals, verdict: { readonly abort: boolean }) => void;
  readonly sleep: (options: Cancellable) => Promise<void>;
  /** Back to the interval that holds where the server says nothing. */
  readonly reset: () => void;
  /** Milliseconds of silence after which the server must be told that the job is alive. */
  readonly longestSilence: () => number;
}

/**
 * @param options - `dynamicSilence`: four intervals, between 30 s and 30 min, instead of 30 s
 * (`FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL`)
 */
export function createPace(options: {
  readonly clock: Clock;
  readonly dynamicSilence: boolean;
  readonly onServerRequest: (request: ServerRequest) => void;
}): Pace {
  const { clock, dynamicSilence, onServerRequest } = options;
  const told = new Set<ServerRequest>();
  let interval = defaultInterval;
  const tell = (request: ServerRequest): void => {
    if (told.has(request)) return;
    told.add(request);
    onServerRequest(request);
  };
  return {
    hear: (signals, { abort }) => {
      interval = signals.interval ?? interval;
      if (signals.cancelRequested) tell('cancel');
      if (abort) tell('abort');
    },
    sleep: ({ signal }) => clock.sleep(interval, { signal }),
    reset: () => {
      interval = defaultInterval;
    },
    longestSilence: () =>
      dynamicSilence
        ? Math.min(Math.max(4 * interval, defaultSilence), mostSilence)
        : defaultSilence,
  };
}
