import { mkdirSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, KubeObject } from '@millrace/core';
import type { Store } from '../../contracts.ts';
import { claimType } from '../../store/resource-types.ts';
import { volumeError } from './volume-error.ts';

/** Folder of a claim; it lives as long as the claim. */
export const claimFolder = (dataDirectory: string, claim: KubeObject): string =>
  join(dataDirectory, 'claims', claim.metadata.uid ?? '');

/**
 * Makes the claim's folder and marks the claim as bound, as a provisioner of local storage would.
 * @throws RunnerError while the claim does not exist or is being deleted
 */
export function bindClaim(
  store: Store,
  dataDirectory: string,
  namespace: string,
  name: string,
): string {
  const key = { type: claimType, namespace, name };
  const claim = store.get(key);
  if (claim === undefined) throw volumeError(`persistentvolumeclaim "${name}" not found`);
  if (claim.metadata.deletionTimestamp !== undefined)
    throw volumeError(`persistentvolumeclaim "${name}" is being deleted`);
  const folder = claimFolder(dataDirectory, claim);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  const status = (claim['status'] ?? {}) as JsonObject;
  if (status['phase'] !== 'Bound') store.update(key, bound);
  return folder;
}

function bound(claim: KubeObject): KubeObject {
  const spec = (claim['spec'] ?? {}) as JsonObject;
  const requests = (spec['resources'] as JsonObject | undefined)?.['requests'] ?? {};
  return {
    ...claim,
    spec: { volumeName: `pvc-${claim.metadata.uid}`, ...spec },
    status: {
      ...(claim['status'] as JsonObject | undefined),
      phase: 'Bound',
      accessModes: spec['accessModes'] ?? ['ReadWriteOnce'],
      capacity: requests,
    },
  };
}
