import {
  toRunnerError,
  type KubeApi,
  type KubeObject,
  type PlannedObject,
  type RecordedObject,
  type ResourceType,
  type RunnerError,
} from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { JobLedger } from './job-ledger.ts';

/** What creating and deleting needs. */
export interface ObjectPorts {
  readonly api: KubeApi;
  readonly ledger: JobLedger;
  readonly namespace: string;
}

/** Writes an object into the record, then creates it. */
export async function createObject(
  { api, ledger, namespace }: ObjectPorts,
  type: ResourceType,
  manifest: KubeObject,
  { signal }: { readonly signal: AbortSignal },
): Promise<KubeObject> {
  await ledger.addObject(recorded(type, manifest, namespace), { signal });
  return api.create(type, manifest, { signal });
}

/** Deletes what a record names; what is not there counts as deleted. */
export async function deleteObject(
  { api, ledger }: ObjectPorts,
  object: RecordedObject,
  gracePeriodSeconds: number | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const type: ResourceType = {
    group: object.group,
    version: object.version,
    plural: object.plural,
    kind: object.kind,
    namespaced: object.namespace !== '',
  };
  const how = {
    propagationPolicy: 'Background' as const,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  };
  await api.delete({ type, namespace: object.namespace, name: object.name }, how, { signal });
  await ledger.dropObject(object, { signal });
}

/** Deletes everything a record still names, each though others fail; pods first. Returns the failures. */
export async function sweep(
  ports: ObjectPorts,
  gracePeriodSeconds: number | undefined,
  options: { readonly signal: AbortSignal },
): Promise<readonly RunnerError[]> {
  const failures: RunnerError[] = [];
  const { objects } = ports.ledger.record;
  const podsFirst = [
    ...objects.filter(isPod),
    ...objects.filter((object) => !isPod(object)).toReversed(),
  ];
  for (const object of podsFirst) {
    try {
      await deleteObject(ports, object, isPod(object) ? gracePeriodSeconds : undefined, options);
    } catch (failure) {
      failures.push(toRunnerError(failure, `${object.kind} ${object.namespace}/${object.name}`));
    }
  }
  return failures;
}

/** Creates the planned objects of a scope in the order of their ids, with their owner. */
export async function createPlanned(
  ports: ObjectPorts,
  objects: readonly PlannedObject[],
  owners: ReadonlyMap<string, KubeObject>,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  for (const { type, object, contribution } of objects) {
    const owner =
      contribution.owner === undefined ? undefined : owners.get(contribution.owner.unit);
    const manifest = owner === undefined ? object.manifest : withOwner(object.manifest, owner);
    await createObject(ports, type, manifest, options);
  }
}

/** An owner reference as the API wants it, so that the cluster removes the object with its owner. */
export function withOwner(manifest: KubeObject, owner: KubeObject): KubeObject {
  const ownerReferences = [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name ?? '',
      uid: owner.metadata.uid ?? '',
    },
  ];
  return { ...manifest, metadata: { ...manifest.metadata, ownerReferences } };
}

const isPod = (object: RecordedObject): boolean =>
  object.plural === resourceTypes.pods.plural && object.group === '';

function recorded(type: ResourceType, manifest: KubeObject, namespace: string): RecordedObject {
  const { group, version, plural, kind, namespaced } = type;
  return {
    group,
    version,
    plural,
    kind,
    namespace: namespaced ? (manifest.metadata.namespace ?? namespace) : '',
    name: manifest.metadata.name ?? '',
  };
}
