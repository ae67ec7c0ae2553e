import { addAbortListener } from 'node:events';

/** A signal that follows others, and the way to stop following. */
export interface LinkedSignal {
  /** Aborts with the reason of whichever source aborted first. */
  readonly signal: AbortSignal;
  /** Aborts {@link LinkedSignal.signal} alone; the sources are not touched. */
  readonly abort: (reason: unknown) => void;
  /** Lets go of the sources. Call it when the work is over; safe to repeat. */
  readonly dispose: () => void;
}

/**
 * One signal that aborts with the first of several. Unlike `AbortSignal.any` it can let go: a job's signal lives as
 * long as the job, and anything hung on it and never taken off stays in memory just as long.
 * @example
 * const linked = linkSignals(job.signal, stage.signal);
 * try { await work(linked.signal); } finally { linked.dispose(); }
 */
export function linkSignals(...signals: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const listeners: Disposable[] = [];
  const dispose = (): void => {
    for (const listener of listeners.splice(0)) listener[Symbol.dispose]();
  };
  const abort = (reason: unknown): void => {
    dispose();
    controller.abort(reason);
  };
  const aborted = signals.find((source) => source.aborted);
  if (aborted === undefined) {
    for (const source of new Set(signals))
      listeners.push(addAbortListener(source, () => abort(source.reason)));
  } else {
    controller.abort(aborted.reason);
  }
  return { signal: controller.signal, abort, dispose };
}
