import {
  eventKey,
  isRunnerError,
  RunnerError,
  type ContainerWork,
  type KubeObject,
  type PlannedUnit,
  type RunEvent,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { createObject, createPlanned } from './cluster-objects.ts';
import { containerEnd } from './container-state.ts';
import { createWhenRoom } from './create-when-room.ts';
import { podError, podNotFound } from './judge-pod.ts';
import { recordOf } from './object-entry.ts';
import { fillPlaceholders } from './placeholders.ts';
import { entriesOfUnit, unitObjects } from './recorded-objects.ts';
import { startValues } from './start-values.ts';
import { findPod, isOurs } from './take-pod.ts';
import type { UnitPorts } from './unit-ports.ts';

/**
 * Makes a container unit's objects and its pod, or takes the pod that another process has made. Making the pod starts the
 * user's container, so it happens once: that the create call may be made is on record before it is, and from then on the
 * pod is made only where it can be known that it never was.
 * @throws RunnerError `MILLRACE_E_POD_FAILED` when the pod was there and is gone, or when nobody knows (`result_unknown`)
 */
export async function takeContainerPod(
  ports: UnitPorts,
  planned: PlannedUnit,
): Promise<KubeObject> {
  const { unit, pod } = planned;
  const { ledger, plan } = ports;
  const { podName, namespace } = { podName: unit.podName, namespace: plan.job.namespace };
  const options = { signal: ports.stop };
  const values = startValues(ports, unit.id, 1);
  const manifest = fillPlaceholders(pod.manifest, values);
  const entry = recordOf(resourceTypes.pods, manifest, namespace);
  const { userCodeStarted: mayBeMade } = ledger.unit(unit.id);
  await ledger.begin(unit.id, entriesOfUnit(plan, planned, podName), options);
  await ports.emit({ type: 'unit-creating', unit, attempt: 1, namespace, podName });
  if (mayBeMade) {
    const found = await findPod(ports, entry.namespace, podName);
    const uid = ledger.uidOf(entry);
    if (found !== undefined && isOurs(ports, found, uid)) {
      const confirmed = found.metadata.uid;
      if (confirmed !== undefined) ledger.confirmObject(entry, confirmed);
      const { container } = unit.work as ContainerWork;
      // What belongs to the pod may not have been made yet; a pod that is over has no use for it.
      if (containerEnd(found, container) === undefined && !ports.cancel.aborted)
        await createPlanned(ports, unitObjects(plan, unit.id, 'after'), {
          ...values,
          pods: new Map([[unit.id, found]]),
        });
      return found;
    }
    if (uid !== undefined || wasReady(ports, planned) || found !== undefined) {
      ledger.dropObject(entry);
      throw podError(podNotFound(podName));
    }
    await neverWasThere(ports, planned, entry.namespace);
  }
  await createPlanned(ports, unitObjects(plan, unit.id, 'before'), values);
  if (!mayBeMade) {
    ports.cancel.throwIfAborted();
    await ledger.userCodeStarts(unit.id, options);
  }
  const created = await createWhenRoom(ports, { unit, podName }, () =>
    createObject(ports, resourceTypes.pods, manifest),
  );
  const pods = new Map([[unit.id, created]]);
  await createPlanned(ports, unitObjects(plan, unit.id, 'after'), { ...values, pods });
  return created;
}

function wasReady({ adopted }: UnitPorts, { unit }: PlannedUnit): boolean {
  const { podName } = unit;
  const ready: RunEvent = { type: 'unit-ready', unit, attempt: 1, podName, node: undefined };
  const key = eventKey(ready);
  return key !== undefined && adopted?.events.includes(key) === true;
}

/** An API server keeps events for an hour unless told otherwise; the rest is for clocks that differ. */
const eventsKept = 45 * 60_000;

/**
 * Makes sure that a pod whose create call may have been made never was there. A pod that the scheduler or a kubelet has
 * seen has left events, which stay when it goes; where they may be read, there are none, and they would not have been
 * forgotten yet, there was no pod.
 * @throws RunnerError `MILLRACE_E_POD_FAILED` when there was one, or when that cannot be known
 */
async function neverWasThere(
  { api, clock, ledger, stop }: UnitPorts,
  { unit }: PlannedUnit,
  namespace: string,
): Promise<void> {
  const { id, podName } = unit;
  const { begunAt = 0 } = ledger.unit(id);
  const unknown = (why: string, cause?: unknown): RunnerError =>
    new RunnerError(
      `pod "${podName}" is not there; whether it was, and its container ran, cannot be known: ${why}`,
      {
        code: 'MILLRACE_E_POD_FAILED',
        kind: 'system',
        reason: 'result_unknown',
        hint: 'the runner was restarted while it made the pod; let it list events, and it can tell',
        ...(cause === undefined ? {} : { cause }),
      },
    );
  if (clock.now() - begunAt > eventsKept) throw unknown('its events would be forgotten by now');
  let events: readonly KubeObject[];
  try {
    events = await api.list(
      {
        type: resourceTypes.events,
        namespace,
        fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${podName}`,
      },
      { signal: stop },
    );
  } catch (failure) {
    stop.throwIfAborted();
    throw unknown(isRunnerError(failure) ? failure.message : String(failure), failure);
  }
  if (events.length > 0) throw podError(podNotFound(podName));
}
