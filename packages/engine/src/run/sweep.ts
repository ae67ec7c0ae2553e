import { retry, withDeadline, type RetryPolicy } from '@millrace/async';
import { isRunnerError, toRunnerError, type Logger, type RecordedObject } from '@millrace/core';
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
  const failures = await removeObjects(sweepPorts(ports), objects, once);
  for (const { object, message } of failures)
    ports.logger.warn('deleting an object failed', { object, error: message });
}

/**
 * Deletes everything the record still names, each though others fail. An API server that is away comes back: it is asked
 * again until the time for cleaning up is over. Returns the failures.
 */
export const sweep = (ports: UnitPorts): Promise<readonly Leftover[]> =>
  removeObjects(sweepPorts(ports), ports.ledger.record.objects);

/** The transport has tried a few times already; the sweep at the job's end is the second try. */
const once: RetryPolicy = { attempts: 1, initialDelay: 0, maxDelay: 0, factor: 1, jitter: 'none' };
const untilTimeIsUp: RetryPolicy = {
  attempts: Number.POSITIVE_INFINITY,
  initialDelay: 1_000,
  maxDelay: 15_000,
  factor: 2,
  jitter: 'full',
};
const isPassing = (failure: unknown): 'retry' | 'never' =>
  isRunnerError(failure) && failure.retry === 'operation' ? 'retry' : 'never';

/** What removing needs; nothing of the job's plan. */
export interface SweepPorts extends DeletePorts {
  readonly logger: Logger;
  readonly limits: Pick<RunLimits, 'cleanup'>;
  /** Sent with the deletion of pods. */
  readonly podGrace: number | undefined;
  /** That of one pod, where its unit has one of its own. */
  readonly graceOf?: (pod: RecordedObject) => number | undefined;
}

const sweepPorts = ({ api, clock, ledger, logger, plan, limits, stop }: UnitPorts): SweepPorts => ({
  api,
  clock,
  ledger,
  logger,
  jobId: plan.job.id,
  limits,
  podGrace: stop.aborted ? 0 : limits.podGraceSeconds,
  graceOf: ({ name }) => {
    const id = ledger.record.units.find(({ podName }) => podName === name)?.id;
    return plan.units.find(({ unit }) => unit.id === id)?.unit.stopGraceSeconds;
  },
});

/** Pods first, then the rest in the reverse order of their creation, all within one deadline of its own. */
export async function removeObjects(
  ports: SweepPorts,
  objects: readonly RecordedObject[],
  policy: RetryPolicy = untilTimeIsUp,
): Promise<readonly Leftover[]> {
  const inOrder = [
    ...objects.filter(isPod),
    ...objects.filter((object) => !isPod(object)).toReversed(),
  ];
  const until = ports.clock.monotonic() + ports.limits.cleanup;
  const failures: Leftover[] = [];
  for (const object of inOrder) {
    const what = `${object.kind} ${object.namespace}/${object.name}`;
    let last: unknown;
    try {
      const left = Math.max(0, until - ports.clock.monotonic());
      await withDeadline(ports.clock, left, unending(), (signal) =>
        retry(
          policy,
          (failure) => {
            last = failure;
            const decision = isPassing(failure);
            if (decision === 'retry')
              ports.logger.warn('deleting an object failed; it will be tried again', {
                object: what,
                error: String(failure),
              });
            return decision;
          },
          () => deleteObject(ports, object, graceFor(ports, object), { signal }),
          { signal, clock: ports.clock },
        ),
      );
    } catch (failure) {
      failures.push({ object: what, message: toRunnerError(last ?? failure).message });
    }
  }
  return failures;
}

const graceFor = ({ podGrace, graceOf }: SweepPorts, object: RecordedObject): number | undefined =>
  isPod(object) ? (graceOf?.(object) ?? podGrace) : undefined;

const isPod = ({ group, plural }: RecordedObject): boolean =>
  plural === resourceTypes.pods.plural && group === resourceTypes.pods.group;
