import {
  eventKey,
  isRunnerError,
  type KubeObject,
  type PlannedUnit,
  type RunEvent,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { createObject, createPlanned, existing } from './cluster-objects.ts';
import { createWhenRoom } from './create-when-room.ts';
import { recordOf } from './object-entry.ts';
import { fillPlaceholders } from './placeholders.ts';
import { entriesOfUnit, unitObjects } from './recorded-objects.ts';
import { startValues } from './start-values.ts';
import type { UnitPorts } from './unit-ports.ts';

/** An attempt of a unit, as the record has it. */
export interface Attempt {
  readonly number: number;
  readonly podName: string;
  readonly userCodeStarted: boolean;
}

/**
 * Makes an attempt's objects and its pod, or takes those that another process has made.
 * @returns undefined when a pod that was there is not there any more
 */
export async function takePod(
  ports: UnitPorts,
  planned: PlannedUnit,
  attempt: Attempt,
): Promise<KubeObject | undefined> {
  const { unit, pod } = planned;
  const { number, podName, userCodeStarted } = attempt;
  const { ledger, plan } = ports;
  const { namespace } = plan.job;
  const creating: RunEvent = { type: 'unit-creating', unit, attempt: number, namespace, podName };
  const values = startValues(ports, unit.id, number);
  const manifest = fillPlaceholders(pod.manifest, values);
  const named = { ...manifest, metadata: { ...manifest.metadata, name: podName } };
  const entry = recordOf(resourceTypes.pods, named, namespace);
  const inherited = ledger.isInherited(entry);
  await ledger.begin(unit.id, entriesOfUnit(plan, planned, podName), { signal: ports.stop });
  await ports.emit(creating);
  const seen = userCodeStarted || (inherited && wasThere(ports, attempt, planned));
  if (seen) {
    const found = await findPod(ports, entry.namespace, podName);
    if (found === undefined || !isOurs(ports, found, ledger.uidOf(entry))) {
      ledger.dropObject(entry);
      return undefined;
    }
    // Before user code nobody knows whether the objects behind the pod were all made.
    if (userCodeStarted) return found;
  }
  await createPlanned(ports, unitObjects(plan, unit.id, 'before'), values);
  const created = await createWhenRoom(ports, { unit, podName }, () =>
    createObject(ports, resourceTypes.pods, named),
  );
  const pods = new Map([[unit.id, created]]);
  await createPlanned(ports, unitObjects(plan, unit.id, 'after'), { ...values, pods });
  return created;
}

/** Whether the pod is known to have been there: otherwise its create call may never have been made. */
function wasThere(
  { ledger, adopted, plan }: UnitPorts,
  { number, podName }: Attempt,
  { unit, pod }: PlannedUnit,
): boolean {
  const { namespace } = plan.job;
  const named = { ...pod.manifest, metadata: { ...pod.manifest.metadata, name: podName } };
  if (ledger.uidOf(recordOf(resourceTypes.pods, named, namespace)) !== undefined) return true;
  const ready: RunEvent = { type: 'unit-ready', unit, attempt: number, podName, node: undefined };
  const key = eventKey(ready);
  return key !== undefined && adopted?.events.includes(key) === true;
}

/** Looks for the pod for as long as the API does not answer: a server that is away says nothing about the pod. */
export async function findPod(
  { api, clock, limits, stop }: UnitPorts,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  const until = clock.monotonic() + limits.lookLimit;
  for (;;) {
    try {
      return await existing(
        api.get({ type: resourceTypes.pods, namespace, name }, { signal: stop }),
      );
    } catch (failure) {
      const silent = isRunnerError(failure) && unanswered.has(failure.reason);
      if (stop.aborted || !silent || clock.monotonic() >= until) throw failure;
    }
    await clock.sleep(limits.lookAgain, { signal: stop });
  }
}

const unanswered: ReadonlySet<string> = new Set([
  'api_unreachable',
  'api_unavailable',
  'api_overloaded',
]);

/** Whether a pod is this job's, and the one that was made if that is known. */
export const isOurs = ({ plan }: UnitPorts, pod: KubeObject, uid: string | undefined): boolean =>
  pod.metadata.labels?.['millrace.dev/job'] === plan.job.id &&
  (uid === undefined || uid === pod.metadata.uid);
