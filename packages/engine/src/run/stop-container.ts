import type { Outcome } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { existing } from './cluster-objects.ts';
import { graceOf } from './container-state.ts';
import type { FollowedPod } from './judge-pod.ts';
import type { UnitPorts } from './unit-ports.ts';
import type { ContainerWatch } from './watch-container.ts';

/** The stop of a container unit, if it comes to one. */
export interface ContainerStop {
  /** What the unit's outcome is; undefined when it was not stopped. */
  readonly outcome: () => Outcome | undefined;
  /** Whether the server has agreed to delete the pod. */
  readonly podIsGone: () => boolean;
  /** Resolves when nothing is asked of the server any more. */
  readonly settled: () => Promise<void>;
  readonly dispose: () => void;
}

/** Deletes the pod when the unit is canceled, unless it has ended by then. */
export function stopOnCancel(
  ports: UnitPorts,
  { unit, podName, created }: FollowedPod,
  watch: ContainerWatch,
  stopOutcome: () => Outcome,
): ContainerStop {
  const { api, cancel, ledger, limits, logger, stop } = ports;
  const before = ledger.unit(unit.id).stopping;
  let deleting: Promise<void> | undefined;
  let outcome: Outcome | undefined;
  let podIsGone = false;
  let over = false;
  void watch.fate.then(() => void (over = true));
  const deletePod = async (): Promise<void> => {
    const grace = unit.stopGraceSeconds ?? limits.podGraceSeconds;
    watch.stopping(grace ?? graceOf(created));
    const decided = before ?? stopOutcome();
    outcome = decided;
    // Another process would take the pod for lost.
    await ledger.noteUnit(unit.id, (record) => ({ ...record, stopping: decided }));
    const { uid, namespace = ports.plan.job.namespace } = created.metadata;
    try {
      await existing(
        api.delete(
          { type: resourceTypes.pods, namespace, name: podName },
          {
            propagationPolicy: 'Background',
            ...(uid === undefined ? {} : { preconditions: { uid } }),
            ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
          },
          { signal: stop },
        ),
      );
      podIsGone = true;
    } catch (failure) {
      // It is deleted again when the unit's result is on record, and once more at the job's end.
      if (!stop.aborted)
        logger.warn('deleting a canceled pod failed', { pod: podName, error: String(failure) });
    }
  };
  const onCancel = (): void => {
    if (!over) deleting ??= deletePod();
  };
  if (cancel.aborted || before !== undefined) onCancel();
  else cancel.addEventListener('abort', onCancel, { once: true });
  return {
    outcome: () => outcome,
    podIsGone: () => podIsGone,
    settled: () => deleting ?? Promise.resolve(),
    dispose: () => cancel.removeEventListener('abort', onCancel),
  };
}
