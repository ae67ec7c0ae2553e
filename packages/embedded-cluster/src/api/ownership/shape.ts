import type { JsonValue } from '@millrace/core';
import { elementOf, fieldOf, isObjectType, type FieldSpec } from '@millrace/kube-objects';
import { isRecord } from '../../store/json.ts';

/** How fields below a value are told apart for ownership. */
export type Shape =
  /** Owned as a whole: scalars, and what the API calls atomic. */
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly typeName: string }
  | { readonly kind: 'map'; readonly element: Shape }
  /** A list whose items are told apart by what they hold. */
  | { readonly kind: 'list'; readonly element: Shape; readonly keys: readonly string[] };

const leaf: Shape = { kind: 'leaf' };

/** Keys that tell items of a list apart, sorted; none for a set of values. From `x-kubernetes-list-map-keys`. */
const listKeys: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ObjectMeta: { ownerReferences: ['uid'], finalizers: [] },
  PodSpec: {
    containers: ['name'],
    ephemeralContainers: ['name'],
    hostAliases: ['ip'],
    imagePullSecrets: ['name'],
    initContainers: ['name'],
    resourceClaims: ['name'],
    schedulingGates: ['name'],
    topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
    volumes: ['name'],
  },
  PodStatus: { conditions: ['type'], podIPs: ['ip'], resourceClaimStatuses: ['name'] },
  Container: {
    env: ['name'],
    ports: ['containerPort', 'protocol'],
    volumeDevices: ['devicePath'],
    volumeMounts: ['mountPath'],
  },
  EphemeralContainer: {
    env: ['name'],
    ports: ['containerPort', 'protocol'],
    volumeDevices: ['devicePath'],
    volumeMounts: ['mountPath'],
  },
  ResourceRequirements: { claims: ['name'] },
  ServiceAccount: { secrets: ['name'] },
  ServiceSpec: { ports: ['port', 'protocol'] },
  ServiceStatus: { conditions: ['type'] },
  NamespaceStatus: { conditions: ['type'] },
  NodeSpec: { podCIDRs: [] },
  NodeStatus: { addresses: ['type'], conditions: ['type'] },
  PersistentVolumeClaimStatus: { conditions: ['type'] },
  PodDisruptionBudgetStatus: { conditions: ['type'] },
};

/** A port that does not say its protocol means this one, also as a key. */
const keyDefaults: Readonly<Record<string, JsonValue>> = { protocol: 'TCP' };

/** Types that belong to one manager as a whole: `x-kubernetes-map-type: atomic`. */
const atomicTypes: ReadonlySet<string> = new Set([
  'ConfigMapKeySelector',
  'EndpointAddress',
  'EndpointPort',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'RoleRef',
  'ScopeSelector',
  'SecretKeySelector',
  'SecretReference',
  'Subject',
  'TopologySelectorTerm',
  'TypedLocalObjectReference',
]);

/** Maps that do. */
const atomicMaps: ReadonlySet<string> = new Set(['PodSpec.nodeSelector', 'ServiceSpec.selector']);

/** The shape of an object type. */
export const structOf = (typeName: string): Shape =>
  isObjectType(typeName) && !atomicTypes.has(typeName) ? { kind: 'struct', typeName } : leaf;

/** The shape of a field; undefined when the type has no such field. */
export function shapeOfField(typeName: string, field: string): Shape | undefined {
  const spec = fieldOf(typeName, field);
  if (spec === undefined) return undefined;
  const keys = listKeys[typeName]?.[field];
  const element = elementOf(spec);
  if (spec.type === 'list')
    return keys === undefined || element === undefined
      ? leaf
      : { kind: 'list', keys, element: shapeOf(element) };
  if (spec.type === 'map' && element !== undefined && !atomicMaps.has(`${typeName}.${field}`))
    return { kind: 'map', element: shapeOf(element) };
  return shapeOf(spec);
}

const shapeOf = (spec: FieldSpec): Shape =>
  spec.type === 'object' && spec.of !== undefined ? structOf(spec.of) : leaf;

/** The step to an item of a list. */
export function stepToItem(item: JsonValue, keys: readonly string[]): string {
  if (keys.length === 0) return `v:${JSON.stringify(item)}`;
  const named = keys.map((key) => [
    key,
    (isRecord(item) ? item[key] : undefined) ?? keyDefaults[key] ?? null,
  ]);
  return `k:${JSON.stringify(Object.fromEntries(named))}`;
}
