import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { count, record, records, text, texts } from '../store/json.ts';
import type { ServedResource } from '../store/resource-types.ts';
import { age } from './age.ts';
import { podCells } from './table-pods.ts';

interface Column extends JsonObject {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

const column = (name: string, priority = 0): Column => ({
  name,
  type: 'string',
  format: name === 'Name' ? 'name' : '',
  description: '',
  priority,
});

type Cells = (object: KubeObject, now: number) => readonly JsonValue[];

const named = (object: KubeObject): string => object.metadata.name ?? '';
const created = (object: KubeObject, now: number): string =>
  age(object.metadata.creationTimestamp ?? '', now);
const size = (object: KubeObject, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(record(object, field)).length, 0);
const orNone = (value: string): string => (value === '' ? '<none>' : value);

interface Printer {
  readonly columns: readonly Column[];
  readonly cells: Cells;
}

/** NAME, what `middle` adds, AGE. */
function printer(middle: readonly string[], cells: Cells): Printer {
  return {
    columns: [column('Name'), ...middle.map((name) => column(name)), column('Age')],
    cells: (object, now) => [named(object), ...cells(object, now), created(object, now)],
  };
}

const ports = (service: KubeObject): string =>
  records(service, 'spec', 'ports')
    .map((port) => `${count(port, 'port') ?? 0}/${text(port, 'protocol')}`)
    .join(',');

function nodeStatus(node: KubeObject): string {
  const ready = records(node, 'status', 'conditions').find(
    (condition) => condition['type'] === 'Ready',
  );
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return record(node, 'spec')['unschedulable'] === true ? `${state},SchedulingDisabled` : state;
}

function eventCells(event: KubeObject, now: number): readonly JsonValue[] {
  const about = record(event, 'involvedObject');
  const seen =
    text(event, 'lastTimestamp') ||
    text(event, 'eventTime') ||
    (event.metadata.creationTimestamp ?? '');
  return [
    age(seen, now),
    text(event, 'type'),
    text(event, 'reason'),
    `${text(about, 'kind').toLowerCase()}/${text(about, 'name')}`,
    text(event, 'message').trim(),
  ];
}

const printers: Readonly<Record<string, Printer>> = {
  pods: {
    columns: [
      ...['Name', 'Ready', 'Status', 'Restarts', 'Age'].map((name) => column(name)),
      ...['IP', 'Node', 'Nominated Node', 'Readiness Gates'].map((name) => column(name, 1)),
    ],
    cells: podCells,
  },
  events: {
    columns: ['Last Seen', 'Type', 'Reason', 'Object', 'Message'].map((name) => column(name)),
    cells: eventCells,
  },
  namespaces: printer(['Status'], (item) => [text(item, 'status', 'phase')]),
  nodes: printer(['Status', 'Roles', 'Version'], (item) => [
    nodeStatus(item),
    '<none>',
    text(item, 'status', 'nodeInfo', 'kubeletVersion'),
  ]),
  secrets: printer(['Type', 'Data'], (item) => [text(item, 'type'), size(item, 'data')]),
  configmaps: printer(['Data'], (item) => [size(item, 'data', 'binaryData')]),
  services: printer(['Type', 'Cluster-IP', 'External-IP', 'Port(s)'], (item) => [
    text(item, 'spec', 'type'),
    orNone(text(item, 'spec', 'clusterIP')),
    orNone(text(item, 'spec', 'externalName')),
    orNone(ports(item)),
  ]),
  persistentvolumeclaims: printer(
    ['Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass'],
    (item) => [
      text(item, 'status', 'phase'),
      text(item, 'spec', 'volumeName'),
      text(item, 'status', 'capacity', 'storage'),
      texts(item, 'status', 'accessModes').join(','),
      text(item, 'spec', 'storageClassName'),
    ],
  ),
  serviceaccounts: printer(['Secrets'], (item) => [records(item, 'secrets').length]),
  rolebindings: printer(['Role'], (item) => [
    `${text(item, 'roleRef', 'kind')}/${text(item, 'roleRef', 'name')}`,
  ]),
  clusterrolebindings: printer(['Role'], (item) => [
    `${text(item, 'roleRef', 'kind')}/${text(item, 'roleRef', 'name')}`,
  ]),
  priorityclasses: printer(['Value', 'Global-Default'], (item) => [
    item['value'] ?? 0,
    item['globalDefault'] === true,
  ]),
  storageclasses: printer(['Provisioner'], (item) => [text(item, 'provisioner')]),
};

/** Resources without a printer of their own show their name and age, as custom resources do. */
const plain: Printer = printer([], () => []);

/** The columns of a resource's table. */
export const tableColumns = (type: ServedResource): readonly Column[] =>
  (printers[type.plural] ?? plain).columns;

/** The cells of one object's row. */
export const tableOf = (
  type: ServedResource,
  object: KubeObject,
  now: number,
): readonly JsonValue[] => (printers[type.plural] ?? plain).cells(object, now);
