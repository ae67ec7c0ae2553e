import {
  isRunnerError,
  type FieldContribution,
  type Job,
  type JobContribution,
  type Settings,
} from '@millrace/core';
import { canonicalQuantity, resourceTypes } from '@millrace/kube-objects';
import type { VolumesSettings } from './settings.ts';

/** The claim that holds a job's workspace, made before its pods and deleted after them. */
export function workspaceClaim(
  { workspace }: Pick<Job, 'workspace'>,
  { value: { workspaceClaim: claim }, source }: Settings<VolumesSettings>,
): readonly JobContribution[] {
  if (workspace === undefined || !claim.enabled) return [];
  const from = source(['workspaceClaim', 'size']);
  const storage = quantityOf(claim.size);
  if ('error' in storage)
    return [
      {
        kind: 'refuse',
        code: 'volumes.bad-claim-size',
        text: `the size of the workspace, ${JSON.stringify(claim.size)}, is no quantity: ${storage.error}`,
        values: { size: claim.size, error: storage.error },
        reason: 'configuration_error',
        source: from,
      },
    ];
  return [
    {
      kind: 'object',
      id: 'claim-workspace',
      type: resourceTypes.persistentvolumeclaims,
      manifest: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: workspace.volumeName },
        spec: {
          accessModes: [claim.accessMode],
          ...(claim.storageClass === '' ? {} : { storageClassName: claim.storageClass }),
          resources: { requests: { storage: storage.text } },
        },
      },
      scope: 'job',
      when: 'before',
      deleteAt: 'job-end',
      source: from,
    },
  ];
}

/** Where pods have to run so that each can mount the claim. */
export function claimPlacement(
  { id, workspace }: Pick<Job, 'id' | 'workspace'>,
  { value: { workspaceClaim: claim }, source }: Settings<VolumesSettings>,
): readonly FieldContribution[] {
  if (workspace === undefined || !claim.enabled || !claim.sameNode) return [];
  return [
    {
      kind: 'field',
      path: '/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution',
      op: 'append',
      value: {
        // The scheduler lets the first pod be: a term that matches the pod itself holds where no pod matches.
        labelSelector: { matchLabels: { 'millrace.dev/job': id } },
        topologyKey: 'kubernetes.io/hostname',
      },
      source: source(['workspaceClaim', 'sameNode']),
      reason: 'the volume of the workspace can be mounted by one node only',
    },
  ];
}

function quantityOf(text: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: canonicalQuantity(text) };
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { error: thrown.message };
  }
}
