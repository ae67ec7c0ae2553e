import type { JsonObject, KubeObject } from '@millrace/core';
import { count, isRecord, record, records, stringMap, text, texts } from '../store/json.ts';
import { age } from './age.ts';
import {
  created,
  createdAt,
  named,
  ordered,
  orNone,
  printer,
  type Printer,
} from './table-columns.ts';

const size = (object: KubeObject, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(record(object, field)).length, 0);

const labels = (value: JsonObject): string =>
  orNone(
    Object.entries(stringMap(value))
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => `${key}=${item}`)
      .join(','),
  );

const portText = (port: JsonObject): string => {
  const node = count(port, 'nodePort') ?? 0;
  return `${count(port, 'port') ?? 0}${node === 0 ? '' : `:${node}`}/${text(port, 'protocol')}`;
};

function externalAddress(service: KubeObject): string {
  const type = text(service, 'spec', 'type');
  if (type === 'ExternalName') return text(service, 'spec', 'externalName');
  const addresses = texts(service, 'spec', 'externalIPs');
  return type === 'LoadBalancer' && addresses.length === 0
    ? '<pending>'
    : orNone(addresses.join(','));
}

const services = printer(
  {
    Name: named,
    Type: (item) => text(item, 'spec', 'type'),
    'Cluster-IP': (item) => orNone(text(item, 'spec', 'clusterIP')),
    'External-IP': externalAddress,
    'Port(s)': (item) => orNone(records(item, 'spec', 'ports').map(portText).join(',')),
    Age: created,
  },
  { Selector: (item) => labels(record(item, 'spec', 'selector')) },
);

function nodeStatus(node: KubeObject): string {
  const ready = records(node, 'status', 'conditions').find(({ type }) => type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return record(node, 'spec')['unschedulable'] === true ? `${state},SchedulingDisabled` : state;
}

const rolePrefix = 'node-role.kubernetes.io/';
const nodeRoles = (node: KubeObject): string =>
  orNone(
    Object.keys(node.metadata.labels ?? {})
      .filter((label) => label.startsWith(rolePrefix))
      .map((label) => label.slice(rolePrefix.length))
      .toSorted()
      .join(','),
  );

const nodeInfo = (node: KubeObject, field: string): string =>
  text(node, 'status', 'nodeInfo', field) || '<unknown>';
const nodeAddress = (node: KubeObject, type: string): string =>
  orNone(
    text(
      records(node, 'status', 'addresses').find((address) => address['type'] === type),
      'address',
    ),
  );

const nodes = printer(
  {
    Name: named,
    Status: nodeStatus,
    Roles: nodeRoles,
    Age: created,
    Version: (item) => text(item, 'status', 'nodeInfo', 'kubeletVersion'),
  },
  {
    'Internal-IP': (item) => nodeAddress(item, 'InternalIP'),
    'External-IP': (item) => nodeAddress(item, 'ExternalIP'),
    'OS-Image': (item) => nodeInfo(item, 'osImage'),
    'Kernel-Version': (item) => nodeInfo(item, 'kernelVersion'),
    'Container-Runtime': (item) => nodeInfo(item, 'containerRuntimeVersion'),
  },
);

/** An event of the new kind has only `eventTime`. */
const eventTime = (event: KubeObject, field: string): string =>
  text(event, field) || text(event, 'eventTime') || (event.metadata.creationTimestamp ?? '');

const eventSource = (event: KubeObject): string => {
  const component = text(event, 'source', 'component') || text(event, 'reportingComponent');
  const instance = text(event, 'source', 'host') || text(event, 'reportingInstance');
  return instance === '' ? component : `${component}, ${instance}`;
};

const events = ordered(
  printer(
    {
      'Last Seen': (item, now) => age(eventTime(item, 'lastTimestamp'), now),
      Type: (item) => text(item, 'type'),
      Reason: (item) => text(item, 'reason'),
      Object: (item) =>
        `${text(item, 'involvedObject', 'kind').toLowerCase()}/${text(item, 'involvedObject', 'name')}`,
      Message: (item) => text(item, 'message').trim(),
    },
    {
      Subobject: (item) => text(item, 'involvedObject', 'fieldPath'),
      Source: eventSource,
      'First Seen': (item, now) => age(eventTime(item, 'firstTimestamp'), now),
      Count: (item) => String(count(item, 'count') ?? 1),
      Name: named,
    },
  ),
  [
    'Last Seen',
    'Type',
    'Reason',
    'Object',
    'Subobject',
    'Source',
    'Message',
    'First Seen',
    'Count',
    'Name',
  ],
);

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modesOf = (item: KubeObject, ...path: readonly string[]): string =>
  texts(item, ...path)
    .map((mode) => accessModes[mode] ?? mode)
    .join(',');
const phase = (item: KubeObject): string =>
  item.metadata.deletionTimestamp === undefined ? text(item, 'status', 'phase') : 'Terminating';
const volumeMode = (item: KubeObject): string => text(item, 'spec', 'volumeMode') || '<unset>';
const attributesClass = (item: KubeObject): string =>
  text(item, 'spec', 'volumeAttributesClassName') || '<unset>';
const ifBound = (item: KubeObject, value: string): string =>
  text(item, 'spec', 'volumeName') === '' ? '' : value;

const claims = printer(
  {
    Name: named,
    Status: phase,
    Volume: (item) => text(item, 'spec', 'volumeName'),
    Capacity: (item) => ifBound(item, text(item, 'status', 'capacity', 'storage')),
    'Access Modes': (item) => ifBound(item, modesOf(item, 'status', 'accessModes')),
    StorageClass: (item) => text(item, 'spec', 'storageClassName'),
    VolumeAttributesClass: attributesClass,
    Age: created,
  },
  { VolumeMode: volumeMode },
);

const volumes = printer(
  {
    Name: named,
    Capacity: (item) => text(item, 'spec', 'capacity', 'storage'),
    'Access Modes': (item) => modesOf(item, 'spec', 'accessModes'),
    'Reclaim Policy': (item) => text(item, 'spec', 'persistentVolumeReclaimPolicy'),
    Status: phase,
    Claim: (item) => {
      const claim = record(item, 'spec')['claimRef'];
      return isRecord(claim) ? `${text(claim, 'namespace')}/${text(claim, 'name')}` : '';
    },
    StorageClass: (item) => text(item, 'spec', 'storageClassName'),
    VolumeAttributesClass: attributesClass,
    Reason: (item) => text(item, 'status', 'reason'),
    Age: created,
  },
  { VolumeMode: volumeMode },
);

/** `pods: 1/10, secrets: 0/5`; limits stand apart. */
function quotaText(quota: KubeObject, limits: boolean): string {
  const hard = stringMap(quota, 'status', 'hard');
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .toSorted()
    .map((name) => `${name}: ${text(quota, 'status', 'used', name) || '0'}/${hard[name]}`)
    .join(', ');
}

/** Resources of the core group, besides pods. */
export const corePrinters: Readonly<Record<string, Printer>> = {
  events,
  nodes,
  services,
  persistentvolumeclaims: claims,
  persistentvolumes: volumes,
  namespaces: printer({
    Name: named,
    Status: (item) => text(item, 'status', 'phase'),
    Age: created,
  }),
  secrets: printer({
    Name: named,
    Type: (item) => text(item, 'type'),
    Data: (item) => String(size(item, 'data')),
    Age: created,
  }),
  configmaps: printer({
    Name: named,
    Data: (item) => String(size(item, 'data', 'binaryData')),
    Age: created,
  }),
  serviceaccounts: printer({ Name: named, Age: created }),
  resourcequotas: printer({
    Name: named,
    Request: (item) => quotaText(item, false),
    Limit: (item) => quotaText(item, true),
    Age: created,
  }),
  limitranges: printer({ Name: named, 'Created At': createdAt }),
  endpoints: printer({ Name: named, Endpoints: () => '<none>', Age: created }),
};
