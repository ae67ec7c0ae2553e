import type { JsonObject, KubeObject } from '@millrace/core';
import { count, isRecord, record, records, text } from '../store/json.ts';
import { age } from './age.ts';
import { created, named, orNone, printer, type Printer } from './table-columns.ts';

/** The STATUS column: the pod's phase, or whatever tells more about its containers. */
export function podStatus(pod: KubeObject): string {
  const initial = text(pod, 'status', 'reason') || text(pod, 'status', 'phase');
  const inits = records(pod, 'status', 'initContainerStatuses');
  const sidecars = new Set(
    records(pod, 'spec', 'initContainers')
      .filter((item) => text(item, 'restartPolicy') === 'Always')
      .map((item) => text(item, 'name')),
  );
  const blocking = inits.findIndex((status) => !initDone(status, sidecars));
  const starting =
    blocking === -1
      ? undefined
      : initReason(inits[blocking], blocking, records(pod, 'spec', 'initContainers').length);
  const reason = starting ?? mainReason(pod, initial);
  if (
    pod.metadata.deletionTimestamp === undefined ||
    ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'))
  )
    return reason;
  return text(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function initDone(status: JsonObject, sidecars: ReadonlySet<string>): boolean {
  if (sidecars.has(text(status, 'name')) && status['started'] === true) return true;
  return count(status, 'state', 'terminated', 'exitCode') === 0;
}

function initReason(status: JsonObject | undefined, index: number, total: number): string {
  const state = record(status, 'state');
  if (isRecord(state['terminated'])) return `Init:${exitReason(state['terminated'])}`;
  const waiting = text(state, 'waiting', 'reason');
  return waiting !== '' && waiting !== 'PodInitializing'
    ? `Init:${waiting}`
    : `Init:${index}/${total}`;
}

function exitReason(terminated: JsonObject): string {
  const reason = text(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = count(terminated, 'signal') ?? 0;
  return signal === 0 ? `ExitCode:${count(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`;
}

function mainReason(pod: KubeObject, initial: string): string {
  let reason = initial;
  let running = false;
  for (const status of records(pod, 'status', 'containerStatuses').toReversed()) {
    const state = record(status, 'state');
    const waiting = text(state, 'waiting', 'reason');
    if (waiting !== '') reason = waiting;
    else if (isRecord(state['terminated'])) reason = exitReason(state['terminated']);
    else if (isRecord(state['running']) && status['ready'] === true) running = true;
  }
  if (reason !== 'Completed' || !running) return reason;
  const ready = records(pod, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );
  return ready ? 'Running' : 'NotReady';
}

function restarts(pod: KubeObject, now: number): string {
  const statuses = records(pod, 'status', 'containerStatuses');
  const total = statuses.reduce((sum, status) => sum + (count(status, 'restartCount') ?? 0), 0);
  const last = statuses
    .map((status) => text(status, 'lastState', 'terminated', 'finishedAt'))
    .filter((time) => time !== '')
    .toSorted()
    .at(-1);
  return total === 0 || last === undefined ? String(total) : `${total} (${age(last, now)} ago)`;
}

/** Rows of pods. */
export const podPrinter: Printer = printer(
  {
    Name: named,
    Ready: (pod) =>
      `${records(pod, 'status', 'containerStatuses').filter(({ ready }) => ready === true).length}/${records(pod, 'spec', 'containers').length}`,
    Status: podStatus,
    Restarts: restarts,
    Age: created,
  },
  {
    IP: (pod) => orNone(text(pod, 'status', 'podIP')),
    Node: (pod) => orNone(text(pod, 'spec', 'nodeName')),
    'Nominated Node': (pod) => orNone(text(pod, 'status', 'nominatedNodeName')),
    'Readiness Gates': readinessGates,
  },
);

/** How many of a pod's readiness gates are open. */
function readinessGates(pod: KubeObject): string {
  const gates = records(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const open = gates.filter((gate) =>
    records(pod, 'status', 'conditions').some(
      (condition) => condition['type'] === gate['conditionType'] && condition['status'] === 'True',
    ),
  );
  return `${open.length}/${gates.length}`;
}
