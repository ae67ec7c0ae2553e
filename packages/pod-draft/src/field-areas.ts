import type { KubeObject } from '@millrace/core';
import { isList, isObject } from './json-value.ts';

/** Fields of a pod's spec by what people ask about. */
const specAreas: Readonly<Record<string, readonly string[]>> = {
  scheduling: [
    'nodeName',
    'nodeSelector',
    'affinity',
    'tolerations',
    'topologySpreadConstraints',
    'schedulerName',
    'schedulingGates',
    'priority',
    'priorityClassName',
    'preemptionPolicy',
    'runtimeClassName',
    'overhead',
    'os',
  ],
  identity: [
    'serviceAccount',
    'serviceAccountName',
    'automountServiceAccountToken',
    'imagePullSecrets',
  ],
  network: [
    'dnsPolicy',
    'dnsConfig',
    'hostAliases',
    'hostNetwork',
    'hostname',
    'subdomain',
    'enableServiceLinks',
    'setHostnameAsFQDN',
  ],
  security: ['securityContext', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace'],
  resources: ['resources', 'resourceClaims'],
  volumes: ['volumes'],
  lifetime: [
    'restartPolicy',
    'activeDeadlineSeconds',
    'terminationGracePeriodSeconds',
    'readinessGates',
  ],
};

const areaBySpecField: ReadonlyMap<string, string> = new Map(
  Object.entries(specAreas).flatMap(([area, fields]) => fields.map((field) => [field, area])),
);

/** The order in which areas are printed; containers come last, in their own order. */
export const areaOrder: readonly string[] = [
  'object',
  'metadata',
  ...Object.keys(specAreas),
  'other',
];

/** Where a field is printed, and how many segments of its path the area's name stands for. */
export interface FieldArea {
  readonly area: string;
  readonly skip: number;
}

/** The area of a field; objects other than pods have metadata and everything else. */
export function areaOf(manifest: KubeObject, path: readonly string[]): FieldArea {
  const [first = '', second = '', index = ''] = path;
  if (first === 'metadata') return { area: 'metadata', skip: 1 };
  if (manifest.kind !== 'Pod' || first !== 'spec') return { area: 'object', skip: 0 };
  if (second === 'containers' || second === 'initContainers') {
    const name = containerName(manifest, second, index);
    return { area: `${second === 'containers' ? '' : 'init '}container ${name}`, skip: 3 };
  }
  return { area: areaBySpecField.get(second) ?? 'other', skip: 1 };
}

function containerName(manifest: KubeObject, list: string, index: string): string {
  const spec = manifest['spec'];
  const containers = isObject(spec) ? spec[list] : undefined;
  const container = isList(containers) ? containers[Number(index)] : undefined;
  return isObject(container) && typeof container['name'] === 'string' ? container['name'] : index;
}
