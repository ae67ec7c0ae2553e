import { withDeadline } from '@millrace/async';
import { toRunnerError, type RecordedObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { deleteObject, type DeletePorts } from './cluster-objects.ts';
import { recordOf, sameObject } from './object-entry.ts';
import { unending } from './unending.ts';
import type { RunLimits, UnitPorts } from './unit-ports.ts';

/** An object that could not be deleted, and why. */
export interface Leftover {
  readonly object: string;
  readonly message: string;
}

/**
 * Removes an attempt's pod and the objects that end with it. What cannot be deleted stays in the record, so that the
 * sweep at the job's end tries again and tells.
 * @param again - the unit's pod will be made again: what belonged to this one goes, what came before it stays
 */
export async function removeAttempt(
  ports: UnitPorts,
  unit: string,
  podName: string,
  again: boolean,
): Promise<void> {
  const { namespace } = ports.plan.job;
  const ending = ports.plan.objects
    .filter(({ contribution: { scope, when, deleteAt } }) => {
      if (typeof scope !== 'object' || scope.unit !== unit) return false;
      return again ? when === 'after' : deleteAt === 'scope-end';
    })
    .map(({ type, object }) => recordOf(type, object.manifest, namespace));
  const objects = ports.ledger.record.objects.filter(
    (object) =>
      (isPod(object) && object.name === podName) ||
      ending.some((entry) => sameObject(entry, object)),
  );
  const failures = await removeObjects(sweepPorts(ports), objects);
  for (const { object, message } of failures)
    ports.logger.warn('deleting an object failed', { object, error: message });
}

/** Deletes everything the record still names, each though others fail. Returns the failures. */
export const sweep = (ports: UnitPorts): Promise<readonly Leftover[]> =>
  removeObjects(sweepPorts(ports), ports.ledger.record.objects);

/** What removing needs; nothing of the job's plan. */
export interface SweepPorts extends DeletePorts {
  readonly limits: Pick<RunLimits, 'cleanup'>;
  /** Sent with the deletion of pods. */
  readonly podGrace: number | undefined;
}

const sweepPorts = ({ api, clock, ledger, plan, limits, stop }: UnitPorts): SweepPorts => ({
  api,
  clock,
  ledger,
  jobId: plan.job.id,
  limits,
  podGrace: stop.aborted ? 0 : limits.podGraceSeconds,
});

/** Pods first, then the rest in the reverse order of their creation, all within one deadline of its own. */
export async function removeObjects(
  ports: SweepPorts,
  objects: readonly RecordedObject[],
): Promise<readonly Leftover[]> {
  const inOrder = [
    ...objects.filter(isPod),
    ...objects.filter((object) => !isPod(object)).toReversed(),
  ];
  const until = ports.clock.monotonic() + ports.limits.cleanup;
  const failures: Leftover[] = [];
  for (const object of inOrder) {
    try {
      const left = Math.max(0, until - ports.clock.monotonic());
      await withDeadline(ports.clock, left, unending(), (signal) =>
        deleteObject(ports, object, isPod(object) ? ports.podGrace : undefined, { signal }),
      );
    } catch (failure) {
      failures.push({
        object: `${object.kind} ${object.namespace}/${object.name}`,
        message: toRunnerError(failure).message,
      });
    }
  }
  return failures;
}

const isPod = ({ group, plural }: RecordedObject): boolean =>
  plural === resourceTypes.pods.plural && group === resourceTypes.pods.group;
