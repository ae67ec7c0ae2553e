import {
  isRunnerError,
  type KubeObject,
  type PlannedObject,
  type RecordedObject,
  type ResourceType,
} from '@millrace/core';
import type { JobLedger } from './job-ledger.ts';
import { recordOf } from './object-entry.ts';
import { fillPlaceholders, type PlaceholderValues } from './placeholders.ts';
import type { UnitPorts } from './unit-ports.ts';

/** What creating needs. */
export type ObjectPorts = Pick<UnitPorts, 'api' | 'ledger' | 'clock' | 'plan' | 'cancel' | 'stop'>;

/** What deleting needs. */
export interface DeletePorts extends Pick<UnitPorts, 'api' | 'clock'> {
  readonly jobId: string;
  readonly ledger: Pick<JobLedger, 'mayExist' | 'dropObject'>;
}

/** When an object whose create call had no answer is looked for, milliseconds after each other. */
const looks: readonly number[] = [0, 1_000, 5_000];

/**
 * Writes an object into the record, then creates it. A cancel lets a call in flight come to its answer: cut off, it
 * might be carried out after the object's deletion.
 */
export async function createObject(
  { api, ledger, plan, cancel, stop }: ObjectPorts,
  type: ResourceType,
  manifest: KubeObject,
): Promise<KubeObject> {
  cancel.throwIfAborted();
  const entry = recordOf(type, manifest, plan.job.namespace);
  await ledger.addObject(entry, { signal: stop });
  try {
    const created = await api.create(type, manifest, { signal: stop });
    const { uid } = created.metadata;
    if (uid !== undefined) ledger.confirmObject(entry, uid);
    return created;
  } catch (failure) {
    // What the server refused is not there, or is somebody else's: it must not be deleted in our name.
    if (isRefusal(failure)) ledger.dropObject(entry);
    throw failure;
  }
}

/**
 * Creates planned objects in the order of their ids, each with its owner. Those this process knows to be there stay;
 * what another process has made, the create call finds by its name and label.
 */
export async function createPlanned(
  ports: ObjectPorts,
  objects: readonly PlannedObject[],
  values: PlaceholderValues,
): Promise<void> {
  for (const planned of objects) {
    const { type, object, contribution } = planned;
    const entry = recordOf(type, object.manifest, ports.plan.job.namespace);
    if (ports.ledger.isConfirmed(entry)) continue;
    const owner =
      contribution.owner === undefined ? undefined : values.pods.get(contribution.owner.unit);
    const manifest = fillPlaceholders(object.manifest, values);
    if (contribution.deleteAt === 'never') {
      await shareObject(ports, type, manifest);
      continue;
    }
    await createObject(ports, type, owner === undefined ? manifest : withOwner(manifest, owner));
  }
}

/** Makes what outlives the job, unless it is there. It is in no record, so that nothing deletes it. */
async function shareObject(
  { api, stop }: ObjectPorts,
  type: ResourceType,
  manifest: KubeObject,
): Promise<void> {
  try {
    await api.create(type, manifest, { signal: stop });
  } catch (failure) {
    if (!isRunnerError(failure)) throw failure;
    if (failure.reason === 'api_already_exists') return;
    // Whoever may not make it may use the one that is there.
    const { name = '', namespace = '' } = manifest.metadata;
    const isThere =
      failure.reason === 'api_forbidden' &&
      (await api.get({ type, namespace, name }, { signal: stop }).then(
        () => true,
        () => false,
      ));
    if (!isThere) throw failure;
  }
}

/** Deletes what a record names; what is not there, or not ours, counts as deleted. */
export async function deleteObject(
  { api, clock, jobId, ledger }: DeletePorts,
  object: RecordedObject,
  gracePeriodSeconds: number | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  if (!ledger.mayExist(object)) {
    ledger.dropObject(object);
    return;
  }
  const ref = { type: typeOf(object), namespace: object.namespace, name: object.name };
  let { uid } = object;
  for (const pause of uid === undefined ? looks : []) {
    if (pause > 0) await clock.sleep(pause, { signal });
    const found = await existing(api.get(ref, { signal }));
    if (found === undefined) continue;
    if (found.metadata.labels?.['millrace.dev/job'] === jobId) ({ uid } = found.metadata);
    break;
  }
  if (uid !== undefined)
    await existing(
      api.delete(
        ref,
        {
          propagationPolicy: 'Background',
          preconditions: { uid },
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        },
        { signal },
      ),
    );
  ledger.dropObject(object);
}

/** An owner reference as the API wants it, so that the cluster removes the object with its owner. */
function withOwner(manifest: KubeObject, owner: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = owner;
  const { name = '', uid = '' } = metadata;
  const ownerReferences = [{ apiVersion, kind, name, uid }];
  return { ...manifest, metadata: { ...manifest.metadata, ownerReferences } };
}

const typeOf = ({ group, version, plural, kind, namespace }: RecordedObject): ResourceType => ({
  group,
  version,
  plural,
  kind,
  namespaced: namespace !== '',
});

/** The server answered and did not carry it out, or was never reached; without an answer nobody knows. */
function isRefusal(failure: unknown): boolean {
  if (!isRunnerError(failure)) return false;
  if (failure.details['processed'] === false) return true;
  const status = failure.details['status'];
  const code = typeof status === 'object' && status !== null && 'code' in status ? status.code : 0;
  return typeof code === 'number' && code >= 400 && code < 500;
}

/** Undefined when the object is not there, or another one has taken its name. */
export async function existing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (failure) {
    if (isRunnerError(failure) && gone.includes(failure.reason)) return undefined;
    throw failure;
  }
}

const gone = ['api_not_found', 'api_conflict'];
