import type { JsonValue, KubeObject } from '@millrace/core';
import { count, record, text } from '../store/json.ts';
import type { ServedResource } from '../store/resource-types.ts';
import { age } from './age.ts';
import {
  bound,
  columnsOf,
  endpointText,
  eventCells,
  modes,
  nodeAddress,
  nodeStatus,
  orNone,
  quotaText,
  selectorText,
  servicePorts,
  subjects,
  type Column,
  type Printer,
} from './table-columns.ts';
import { podCells } from './table-pods.ts';

const named = (object: KubeObject): string => object.metadata.name ?? '';
const created = (object: KubeObject, now: number): string =>
  age(object.metadata.creationTimestamp ?? '', now);
const size = (object: KubeObject, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(record(object, field)).length, 0);

type Cells = (object: KubeObject, now: number) => readonly JsonValue[];

/** Name, what `middle` adds, age; then what only `-o wide` shows. */
function printer(
  middle: readonly string[],
  cells: Cells,
  wide: readonly string[] = [],
  wideCells: Cells = () => [],
): Printer {
  return {
    columns: columnsOf(['Name', ...middle, 'Age'], wide),
    cells: (object, now) => [
      named(object),
      ...cells(object, now),
      created(object, now),
      ...wideCells(object, now),
    ],
  };
}

const bindingPrinter = printer(
  ['Role'],
  (item) => [`${text(item, 'roleRef', 'kind')}/${text(item, 'roleRef', 'name')}`],
  ['Users', 'Groups', 'ServiceAccounts'],
  (item) => ['User', 'Group', 'ServiceAccount'].map((kind) => subjects(item, kind)),
);

const printers: Readonly<Record<string, Printer>> = {
  pods: {
    columns: columnsOf(
      ['Name', 'Ready', 'Status', 'Restarts', 'Age'],
      ['IP', 'Node', 'Nominated Node', 'Readiness Gates'],
    ),
    cells: podCells,
  },
  events: {
    columns: [
      ...columnsOf(['Last Seen', 'Type', 'Reason', 'Object'], ['Subobject', 'Source']),
      ...columnsOf(['Message'], ['First Seen', 'Count', 'Name']),
    ],
    cells: eventCells,
  },
  namespaces: printer(['Status'], (item) => [text(item, 'status', 'phase')]),
  nodes: {
    columns: columnsOf(
      ['Name', 'Status', 'Roles', 'Age', 'Version'],
      ['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'],
    ),
    cells: (item, now) => [
      named(item),
      nodeStatus(item),
      '<none>',
      created(item, now),
      text(item, 'status', 'nodeInfo', 'kubeletVersion'),
      nodeAddress(item, 'InternalIP'),
      nodeAddress(item, 'ExternalIP'),
      ...['osImage', 'kernelVersion', 'containerRuntimeVersion'].map((field) =>
        orNone(text(item, 'status', 'nodeInfo', field), '<unknown>'),
      ),
    ],
  },
  secrets: printer(['Type', 'Data'], (item) => [text(item, 'type'), size(item, 'data')]),
  configmaps: printer(['Data'], (item) => [size(item, 'data', 'binaryData')]),
  endpoints: printer(['Endpoints'], (item) => [endpointText(item)]),
  services: printer(
    ['Type', 'Cluster-IP', 'External-IP', 'Port(s)'],
    (item) => [
      text(item, 'spec', 'type'),
      orNone(text(item, 'spec', 'clusterIP')),
      orNone(text(item, 'spec', 'externalName')),
      servicePorts(item),
    ],
    ['Selector'],
    (item) => [selectorText(record(item, 'spec', 'selector'))],
  ),
  persistentvolumeclaims: printer(
    ['Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass'],
    (item) => [
      text(item, 'status', 'phase'),
      text(item, 'spec', 'volumeName'),
      text(item, 'status', 'capacity', 'storage'),
      text(item, 'spec', 'volumeName') === '' ? '' : modes(item, 'status', 'accessModes'),
      text(item, 'spec', 'storageClassName'),
      '<unset>',
    ],
    ['VolumeMode'],
    (item) => [orNone(text(item, 'spec', 'volumeMode'), '<unset>')],
  ),
  persistentvolumes: printer(
    [
      'Capacity',
      'Access Modes',
      'Reclaim Policy',
      'Status',
      'Claim',
      'StorageClass',
      'VolumeAttributesClass',
      'Reason',
    ],
    (item) => [
      text(item, 'spec', 'capacity', 'storage'),
      modes(item, 'spec', 'accessModes'),
      text(item, 'spec', 'persistentVolumeReclaimPolicy'),
      text(item, 'status', 'phase'),
      [text(item, 'spec', 'claimRef', 'namespace'), text(item, 'spec', 'claimRef', 'name')]
        .filter((part) => part !== '')
        .join('/'),
      text(item, 'spec', 'storageClassName'),
      '<unset>',
      text(item, 'status', 'reason'),
    ],
    ['VolumeMode'],
    (item) => [orNone(text(item, 'spec', 'volumeMode'), '<unset>')],
  ),
  serviceaccounts: printer([], () => []),
  resourcequotas: printer(['Request', 'Limit'], (item) => [
    quotaText(item, false),
    quotaText(item, true),
  ]),
  poddisruptionbudgets: printer(
    ['Min Available', 'Max Unavailable', 'Allowed Disruptions:integer'],
    (item) => [
      bound(item, 'minAvailable'),
      bound(item, 'maxUnavailable'),
      count(item, 'status', 'disruptionsAllowed') ?? 0,
    ],
  ),
  runtimeclasses: printer(['Handler'], (item) => [text(item, 'handler')]),
  leases: printer(['Holder'], (item) => [text(item, 'spec', 'holderIdentity')]),
  rolebindings: bindingPrinter,
  clusterrolebindings: bindingPrinter,
  priorityclasses: {
    columns: columnsOf([
      'Name',
      'Value:integer',
      'Global-Default:boolean',
      'Age',
      'PreemptionPolicy',
    ]),
    cells: (item, now) => [
      named(item),
      item['value'] ?? 0,
      item['globalDefault'] === true,
      created(item, now),
      text(item, 'preemptionPolicy'),
    ],
  },
  storageclasses: printer(
    ['Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion'],
    (item) => [
      text(item, 'provisioner'),
      text(item, 'reclaimPolicy'),
      text(item, 'volumeBindingMode'),
      item['allowVolumeExpansion'] === true,
    ],
  ),
};

/** Resources without a printer of their own show their name and when they were made. */
const plain: Printer = {
  columns: columnsOf(['Name', 'Created At:date']),
  cells: (item) => [named(item), item.metadata.creationTimestamp ?? ''],
};

/** The columns of a resource's table. */
export const tableColumns = (type: ServedResource): readonly Column[] =>
  (printers[type.plural] ?? plain).columns;

/** False where Kubernetes' own fallback prints, which has no rows instead of an empty list of them. */
export const hasPrinter = (type: ServedResource): boolean => printers[type.plural] !== undefined;

/** The cells of one object's row. */
export const tableOf = (
  type: ServedResource,
  object: KubeObject,
  now: number,
): readonly JsonValue[] => (printers[type.plural] ?? plain).cells(object, now);
