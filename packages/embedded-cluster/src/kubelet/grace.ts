import type { Clock } from '@millrace/core';

/** The time containers of a pod get to end by themselves; it can only get shorter. */
export interface Grace {
  /** Milliseconds left. */
  readonly left: () => number;
  readonly shorten: (milliseconds: number) => void;
  /** Waits for an event; false when the time was up first. @param least - milliseconds to wait in any case */
  readonly until: (event: Promise<unknown>, least?: number) => Promise<boolean>;
}

/** Starts a grace period now. */
export function createGrace(clock: Clock, milliseconds: number): Grace {
  let deadline = clock.monotonic() + milliseconds;
  const shortened = new Set<() => void>();
  const left = (): number => Math.max(0, deadline - clock.monotonic());
  return {
    left,
    shorten: (rest) => {
      deadline = Math.min(deadline, clock.monotonic() + rest);
      for (const rearm of shortened) rearm();
    },
    until: (event, least = 0) =>
      new Promise((resolve) => {
        const end = clock.monotonic() + least;
        let cancel = (): void => undefined;
        const done = (came: boolean): void => {
          cancel();
          shortened.delete(arm);
          resolve(came);
        };
        const arm = (): void => {
          cancel();
          const wait = Math.max(left(), end - clock.monotonic());
          if (wait > 0) cancel = clock.after(wait, () => done(false));
          else done(false);
        };
        shortened.add(arm);
        arm();
        event.then(
          () => done(true),
          () => done(true),
        );
      }),
  };
}
