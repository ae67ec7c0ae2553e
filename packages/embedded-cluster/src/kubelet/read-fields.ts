import { parseQuantity, quantityValue } from '@millrace/kube-objects';
import type { Pod, ResourceFieldRef } from './pod-types.ts';
import { configError } from './config-error.ts';

/** Where a pod's fields that are not in its spec come from. */
export interface NodeFacts {
  readonly nodeName: string;
  readonly ip: string;
  /** Resource amounts of the node, for limits a container does not set. */
  readonly allocatable: Readonly<Record<string, string>>;
}

const formatMap = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {})
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

/**
 * A `fieldRef`, as environment variables and downward API files read it.
 * @throws RunnerError when the path is not one of those the API allows
 */
export function readField(pod: Pod, node: NodeFacts, path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/u.exec(path);
  if (subscript !== null)
    return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, () => string>> = {
    'metadata.name': () => pod.metadata.name,
    'metadata.namespace': () => pod.metadata.namespace,
    'metadata.uid': () => pod.metadata.uid,
    'metadata.labels': () => formatMap(pod.metadata.labels),
    'metadata.annotations': () => formatMap(pod.metadata.annotations),
    'spec.nodeName': () => node.nodeName,
    'spec.serviceAccountName': () => pod.spec.serviceAccountName ?? 'default',
    'status.hostIP': () => node.ip,
    'status.hostIPs': () => node.ip,
    'status.podIP': () => node.ip,
    'status.podIPs': () => node.ip,
  };
  const field = fields[path];
  if (field === undefined) throw configError(`unsupported fieldPath: ${path}`);
  return field();
}

/** A `resourceFieldRef` in units of its divisor, rounded up; an unset limit is what the node has. */
export function readResource(
  pod: Pod,
  node: NodeFacts,
  ref: ResourceFieldRef,
  container: string,
): string {
  const name = ref.containerName ?? container;
  const owner = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
    (candidate) => candidate.name === name,
  );
  const [kind = '', ...rest] = ref.resource.split('.');
  const resource = rest.join('.');
  if (owner === undefined) throw configError(`container ${name} not found`);
  if (kind !== 'limits' && kind !== 'requests')
    throw configError(`unsupported container resource: ${ref.resource}`);
  const value =
    owner.resources?.[kind]?.[resource] ??
    (kind === 'limits' ? node.allocatable[resource] : undefined) ??
    '0';
  const divisor = amount(
    ref.divisor === undefined || String(ref.divisor) === '0' ? '1' : ref.divisor,
  );
  return String(Math.ceil(amount(value) / divisor));
}

/** In thousandths, so that a fraction of a cpu counts. */
const amount = (text: string | number): number =>
  Number(quantityValue(parseQuantity(String(text)), -3));
