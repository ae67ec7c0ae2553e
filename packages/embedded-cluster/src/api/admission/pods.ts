import type { JsonObject, KubeObject } from '@millrace/core';
import { labelKeyErrors } from '@millrace/kube-objects';
import { record, records, text } from '../../store/json.ts';
import { qosClass } from '../../store/pod-resources.ts';
import { podType, runtimeClassType } from '../../store/resource-types.ts';
import { forbidden, invalid } from '../../store/status.ts';
import type { AdmissionContext } from './context.ts';
import { collectFieldErrors } from './field-errors.ts';
import { withDefaultTolerations, withPodDefaults } from './pod-defaults.ts';
import { checkPodUpdate } from './pod-update.ts';
import { withPriority } from './priority.ts';
import { resourceWarnings } from './resource-validation.ts';
import { withServiceAccount } from './service-account.ts';

/** What becomes of a new pod before it is validated. */
export function preparePod(context: AdmissionContext, sent: KubeObject): KubeObject {
  checkRuntimeClass(context, sent);
  const placed = withPriority(context.store, withServiceAccount(context, withPodDefaults(sent)));
  const complete = withDefaultTolerations(record(placed, 'spec'));
  return {
    ...placed,
    metadata: { ...placed.metadata, generation: 1 },
    spec: complete,
    status: { phase: 'Pending', qosClass: qosClass(complete) },
  };
}

/** @throws ApiStatusError Forbidden for a runtime class that is not there */
function checkRuntimeClass({ store }: AdmissionContext, pod: KubeObject): void {
  const name = text(pod, 'spec', 'runtimeClassName');
  const key = { type: runtimeClassType, namespace: '', name };
  if (name === '' || store.get(key) !== undefined) return;
  throw forbidden(
    podType,
    pod.metadata.name ?? '',
    `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`,
  );
}

/** What is odd about a pod and yet taken. */
export function podWarnings(pod: KubeObject): readonly string[] {
  const secrets = records(pod, 'spec', 'imagePullSecrets').flatMap((secret, index) =>
    text(secret, 'name') === ''
      ? [`spec.imagePullSecrets[${index}].name: invalid empty name ""`]
      : [],
  );
  const resources = ['initContainers', 'containers'].flatMap((field) =>
    records(pod, 'spec', field).flatMap((container, index) =>
      resourceWarnings(`spec.${field}[${index}].resources`, record(container, 'resources')),
    ),
  );
  return [...secrets, ...resources];
}

/**
 * Conditions always tell their times, even those that nobody knows.
 * @throws ApiStatusError Invalid for a condition of a bad type
 */
export function updatePodStatus(pod: KubeObject): KubeObject {
  const conditions = records(pod, 'status', 'conditions').map((condition): JsonObject => ({
    lastProbeTime: null,
    lastTransitionTime: null,
    ...condition,
  }));
  const errors = collectFieldErrors();
  for (const [index, condition] of conditions.entries())
    for (const complaint of labelKeyErrors(text(condition, 'type')))
      errors.invalid(`status.conditions[${index}].Type`, text(condition, 'type'), complaint);
  if (errors.causes.length > 0) throw invalid(podType, pod.metadata.name ?? '', errors.causes);
  if (conditions.length === 0) return pod;
  return { ...pod, status: { ...record(pod, 'status'), conditions } };
}

/** What becomes of a pod that is replaced. */
export function updatePod(
  _context: AdmissionContext,
  before: KubeObject,
  after: KubeObject,
): KubeObject {
  const complete = withPodDefaults(after);
  checkPodUpdate(before, complete);
  return complete;
}
