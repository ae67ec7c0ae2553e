import type { RunEvent } from '@millrace/core';

/** Keeps the events of a run, and lets a test wait for one. */
export interface RunRecorder {
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly events: readonly RunEvent[];
  /** All output bytes in order. */
  readonly output: () => Buffer;
  /** Resolves with the first event that matches, past or to come. */
  readonly seen: (match: (event: RunEvent) => boolean) => Promise<RunEvent>;
}

/** Makes a recorder. */
export function recordRun(): RunRecorder {
  const events: RunEvent[] = [];
  const waiting = new Set<{
    readonly match: (event: RunEvent) => boolean;
    readonly resolve: (event: RunEvent) => void;
  }>();
  return {
    events,
    emit: (event) => {
      events.push(event);
      for (const waiter of waiting) {
        if (!waiter.match(event)) continue;
        waiting.delete(waiter);
        waiter.resolve(event);
      }
      return Promise.resolve();
    },
    output: () =>
      Buffer.concat(events.flatMap((event) => (event.type === 'output' ? [event.bytes] : []))),
    seen: (match) => {
      const past = events.find(match);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => void waiting.add({ match, resolve }));
    },
  };
}
