import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { count, record, records, scalarText, text, texts } from '../store/json.ts';
import { age } from './age.ts';

/** One column of a table. */
export interface Column extends JsonObject {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** How the objects of a resource are printed. */
export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: KubeObject, now: number) => readonly JsonValue[];
}

/** A column as the printers write it down: `Name`, `Count:integer`; those that only `-o wide` shows are in `wide`. */
export const columnsOf = (
  shown: readonly string[],
  wide: readonly string[] = [],
): readonly Column[] => [
  ...shown.map((column) => columnOf(column, 0)),
  ...wide.map((column) => columnOf(column, 1)),
];

function columnOf(text: string, priority: number): Column {
  const [name = '', type = 'string'] = text.split(':');
  return { name, type, format: name === 'Name' ? 'name' : '', description: '', priority };
}

/** What is printed where nothing is. */
export const orNone = (value: string, none = '<none>'): string => (value === '' ? none : value);

const short: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Access modes as they are printed. */
export const modes = (object: JsonObject, ...path: readonly string[]): string =>
  texts(object, ...path)
    .map((mode) => short[mode] ?? mode)
    .join(',');

/** Labels that select, as they are printed. */
export const selectorText = (selector: JsonObject): string =>
  orNone(
    Object.entries(selector)
      .map(([key, value]) => `${key}=${scalarText(value)}`)
      .toSorted()
      .join(','),
  );

/** The ports of a service. */
export const servicePorts = (service: KubeObject): string =>
  orNone(
    records(service, 'spec', 'ports')
      .map((port) => `${count(port, 'port') ?? 0}/${text(port, 'protocol')}`)
      .join(','),
  );

/** A node's readiness, and whether it takes pods. */
export function nodeStatus(node: KubeObject): string {
  const ready = records(node, 'status', 'conditions').find(
    (condition) => condition['type'] === 'Ready',
  );
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return record(node, 'spec')['unschedulable'] === true ? `${state},SchedulingDisabled` : state;
}

/** Addresses of a node by type. */
export const nodeAddress = (node: KubeObject, type: string): string =>
  orNone(
    text(
      records(node, 'status', 'addresses').find((item) => item['type'] === type),
      'address',
    ),
  );

/** Subjects of a binding by kind; service accounts with their namespace. */
export const subjects = (binding: KubeObject, kind: string): string =>
  records(binding, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${text(subject, 'namespace')}/${text(subject, 'name')}`
        : text(subject, 'name'),
    )
    .join(', ');

/** What a quota counts, of requests or of limits: `used/hard`. */
export function quotaText(quota: KubeObject, limits: boolean): string {
  const hard = record(quota, 'status', 'hard');
  const used = record(quota, 'status', 'used');
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .toSorted()
    .map((name) => `${name}: ${scalarText(used[name] ?? '0')}/${scalarText(hard[name])}`)
    .join(', ');
}

/** The cells of an event: what happened last comes first. */
export function eventCells(event: KubeObject, now: number): readonly JsonValue[] {
  const about = record(event, 'involvedObject');
  const told = (time: string): string => (time === '' ? '<unknown>' : age(time, now));
  const seen = text(event, 'eventTime') || text(event, 'firstTimestamp');
  const source = [text(event, 'source', 'component'), text(event, 'source', 'host')];
  return [
    told(text(event, 'series', 'lastObservedTime') || text(event, 'lastTimestamp') || seen),
    text(event, 'type'),
    text(event, 'reason'),
    `${text(about, 'kind').toLowerCase()}/${text(about, 'name')}`,
    text(about, 'fieldPath'),
    source.filter((part) => part !== '').join(', ') || text(event, 'reportingComponent'),
    text(event, 'message').trim(),
    told(seen),
    count(event, 'series', 'count') ?? Math.max(1, count(event, 'count') ?? 1),
    event.metadata.name ?? '',
  ];
}

/** Bounds of a disruption budget; `N/A` for the one that it does not have. */
export const bound = (budget: KubeObject, field: string): string => {
  const value = record(budget, 'spec')[field];
  return value === undefined || value === null ? 'N/A' : scalarText(value);
};

/** Addresses behind a service, the first three of them. */
export function endpointText(endpoints: KubeObject): string {
  const all = records(endpoints, 'subsets').flatMap((subset) =>
    records(subset, 'addresses').flatMap((address) =>
      records(subset, 'ports').map((port) => `${text(address, 'ip')}:${count(port, 'port') ?? 0}`),
    ),
  );
  const more = all.length > 3 ? ` + ${all.length - 3} more...` : '';
  return orNone(`${all.slice(0, 3).join(',')}${more}`);
}
