import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { count, record, records, text, texts } from '../store/json.ts';
import type { ServedResource } from '../store/resource-types.ts';
import { created, createdAt, named, printer, type Column, type Printer } from './table-columns.ts';
import { corePrinters } from './table-core.ts';
import { podPrinter } from './table-pods.ts';

/** Whom a binding is for, by kind. */
const subjects = (binding: KubeObject, kind: string): string =>
  records(binding, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${text(subject, 'namespace')}/${text(subject, 'name')}`
        : text(subject, 'name'),
    )
    .join(', ');

const bindings = printer(
  {
    Name: named,
    Role: (item) => `${text(item, 'roleRef', 'kind')}/${text(item, 'roleRef', 'name')}`,
    Age: created,
  },
  {
    Users: (item) => subjects(item, 'User'),
    Groups: (item) => subjects(item, 'Group'),
    ServiceAccounts: (item) => subjects(item, 'ServiceAccount'),
  },
);

/** A number or a percentage. */
const bound = (spec: JsonObject, field: string): string => {
  const value = spec[field];
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'N/A';
};

const budgets = printer({
  Name: named,
  'Min Available': (item) => bound(record(item, 'spec'), 'minAvailable'),
  'Max Unavailable': (item) => bound(record(item, 'spec'), 'maxUnavailable'),
  'Allowed Disruptions': (item) => count(item, 'status', 'disruptionsAllowed') ?? 0,
  Age: created,
});

const isDefault = (item: KubeObject): boolean =>
  item.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';

const storageClasses = printer({
  Name: (item) => `${item.metadata.name ?? ''}${isDefault(item) ? ' (default)' : ''}`,
  Provisioner: (item) => text(item, 'provisioner'),
  ReclaimPolicy: (item) => text(item, 'reclaimPolicy') || 'Delete',
  VolumeBindingMode: (item) => text(item, 'volumeBindingMode') || 'Immediate',
  AllowVolumeExpansion: (item) => item['allowVolumeExpansion'] === true,
  Age: created,
});

const priorities = printer({
  Name: named,
  Value: (item) => count(item, 'value') ?? 0,
  'Global-Default': (item) => item['globalDefault'] === true,
  Age: created,
  PreemptionPolicy: (item) => text(item, 'preemptionPolicy'),
});

/** The first three of many, and how many more there are. */
const few = (values: readonly string[]): string =>
  values.length > 3
    ? `${values.slice(0, 3).join(',')} + ${values.length - 3} more...`
    : values.join(',');

const slices = printer({
  Name: named,
  AddressType: (item) => text(item, 'addressType'),
  Ports: (item) =>
    few(records(item, 'ports').map((port) => String(count(port, 'port') ?? '*'))) || '<unset>',
  Endpoints: (item) =>
    few(records(item, 'endpoints').flatMap((endpoint) => texts(endpoint, 'addresses'))) ||
    '<unset>',
  Age: created,
});

const printers: Readonly<Record<string, Printer>> = {
  ...corePrinters,
  pods: podPrinter,
  rolebindings: bindings,
  clusterrolebindings: bindings,
  poddisruptionbudgets: budgets,
  storageclasses: storageClasses,
  priorityclasses: priorities,
  endpointslices: slices,
  runtimeclasses: printer({ Name: named, Handler: (item) => text(item, 'handler'), Age: created }),
  leases: printer({
    Name: named,
    Holder: (item) => text(item, 'spec', 'holderIdentity'),
    Age: created,
  }),
};

/** Resources without a printer of their own show their name and when they were made. */
const plain: Printer = printer({ Name: named, 'Created At': createdAt });

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
