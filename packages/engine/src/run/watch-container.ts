import { linkSignals } from '@millrace/async';
import type { Outcome } from '@millrace/core';
import { containerFate, type ContainerFate } from './container-state.ts';
import type { FollowedPod } from './judge-pod.ts';
import { outcomeOf } from './outcomes.ts';
import type { PodSighting } from './pod-feed.ts';
import type { UnitPorts } from './unit-ports.ts';

/** A container on its way to its end. */
export interface ContainerWatch {
  /** Resolves when the container's end is known, or that it never will be. Never rejects. */
  readonly fate: Promise<ContainerFate>;
  /** The pod's deletion is asked for by this runner: it has so many seconds to end. */
  readonly stopping: (graceSeconds: number) => void;
  readonly dispose: () => void;
}

/** Follows a container over the shared watch; asks nothing of the server. */
export function watchContainer(
  { clock, limits }: UnitPorts,
  { observer, podName, created }: FollowedPod,
  container: string,
): ContainerWatch {
  const over = new AbortController();
  const { promise: fate, resolve } = Promise.withResolvers<ContainerFate>();
  let stopped = false;
  let cancelTimer: (() => void) | undefined;
  const giveUpAfter = (patience: number, outcome: Outcome & { readonly kind: 'failure' }): void => {
    cancelTimer ??= clock.after(patience + limits.stopMargin, () =>
      resolve({ kind: 'lost', outcome, end: undefined }),
    );
  };
  const follow = async (): Promise<void> => {
    for (;;) {
      const latest = observer.latest();
      const sighting: PodSighting = { ...latest, pod: latest.pod ?? created };
      const verdict = containerFate(sighting, { container, podName, stopped });
      if (verdict.kind === 'ended' || verdict.kind === 'lost') {
        resolve(verdict);
        return;
      }
      if (verdict.kind === 'going-away') giveUpAfter(verdict.patience, verdict.outcome);
      if (observer.latest() === latest) await observer.next({ signal: over.signal });
    }
  };
  follow().catch((thrown: unknown) => {
    if (!over.signal.aborted) resolve({ kind: 'lost', outcome: watchLost(thrown), end: undefined });
  });
  return {
    fate,
    stopping: (graceSeconds) => {
      stopped = true;
      giveUpAfter(graceSeconds * 1000, noRecord(container));
    },
    dispose: () => {
      cancelTimer?.();
      over.abort();
    },
  };
}

/** Whether something comes to its end within a time; a signal ends the waiting with its reason. */
export async function endsWithin(
  { clock }: Pick<UnitPorts, 'clock'>,
  work: Promise<unknown>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const waiting = linkSignals(signal);
  try {
    return await Promise.race([
      work.then(() => true),
      clock.sleep(milliseconds, { signal: waiting.signal }).then(() => false),
    ]);
  } finally {
    waiting.abort(undefined);
    waiting.dispose();
  }
}

function watchLost(thrown: unknown): Outcome & { readonly kind: 'failure' } {
  const outcome = outcomeOf(thrown);
  return outcome.kind === 'failure'
    ? outcome
    : { kind: 'failure', reason: 'internal', message: 'the watch of the pods ended' };
}

const noRecord = (container: string): Outcome & { readonly kind: 'failure' } => ({
  kind: 'failure',
  reason: 'result_unknown',
  message: `container ${container} was stopped, and its node did not say how it ended`,
});
