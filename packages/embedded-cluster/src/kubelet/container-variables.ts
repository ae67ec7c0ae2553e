import type { Store } from '../contracts.ts';
import { configError } from './config-error.ts';
import { expandVariables } from './expand-variables.ts';
import { readData, type DataRef } from './keyed-data.ts';
import type { Container, EnvFrom, EnvVar, KeyRef, Pod } from './pod-types.ts';
import { readField, readResource, type NodeFacts } from './read-fields.ts';

/**
 * A container's variables: `envFrom` first, then `env` in order, where a value may use what came before it.
 * @throws RunnerError when something it refers to does not exist
 */
export function containerVariables(
  store: Store,
  pod: Pod,
  node: NodeFacts,
  container: Container,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  const { namespace } = pod.metadata;
  for (const source of container.envFrom ?? [])
    Object.assign(variables, fromSource(store, namespace, source));
  for (const variable of container.env ?? []) {
    const value = valueOf(store, pod, node, container, variable, variables);
    if (value !== undefined) variables[variable.name] = value;
  }
  return variables;
}

function valueOf(
  store: Store,
  pod: Pod,
  node: NodeFacts,
  container: Container,
  { value, valueFrom }: EnvVar,
  known: Readonly<Record<string, string>>,
): string | undefined {
  const { namespace } = pod.metadata;
  if (valueFrom?.secretKeyRef !== undefined)
    return fromKey(
      store,
      { kind: 'secret', namespace, name: valueFrom.secretKeyRef.name },
      valueFrom.secretKeyRef,
    );
  if (valueFrom?.configMapKeyRef !== undefined)
    return fromKey(
      store,
      { kind: 'configmap', namespace, name: valueFrom.configMapKeyRef.name },
      valueFrom.configMapKeyRef,
    );
  if (valueFrom?.fieldRef !== undefined) return readField(pod, node, valueFrom.fieldRef.fieldPath);
  if (valueFrom?.resourceFieldRef !== undefined)
    return readResource(pod, node, valueFrom.resourceFieldRef, container.name);
  return expandVariables(value ?? '', known);
}

function fromKey(store: Store, ref: DataRef, { key, optional }: KeyRef): string | undefined {
  const data = readData(store, ref);
  const value = data?.get(key);
  if (value !== undefined) return value.toString('utf8');
  if (optional === true) return undefined;
  if (data === undefined) throw configError(`${ref.kind} "${ref.name}" not found`);
  throw configError(
    `couldn't find key ${key} in ${ref.kind === 'secret' ? 'Secret' : 'ConfigMap'} ${ref.namespace}/${ref.name}`,
  );
}

function fromSource(
  store: Store,
  namespace: string,
  source: EnvFrom,
): Readonly<Record<string, string>> {
  const wanted = source.secretRef ?? source.configMapRef;
  if (wanted === undefined) return {};
  const kind = source.secretRef === undefined ? 'configmap' : 'secret';
  const data = readData(store, { kind, namespace, name: wanted.name });
  if (data === undefined && wanted.optional !== true)
    throw configError(`${kind} "${wanted.name}" not found`);
  return Object.fromEntries(
    [...(data ?? [])].map(([key, value]) => [
      `${source.prefix ?? ''}${key}`,
      value.toString('utf8'),
    ]),
  );
}
