import type { KubeObject } from '@millrace/core';
import { record } from '../../store/json.ts';
import { qosClass } from '../../store/pod-resources.ts';
import type { AdmissionContext } from './context.ts';
import { withDefaultTolerations, withPodDefaults } from './pod-defaults.ts';
import { checkPodUpdate } from './pod-update.ts';
import { withPriority } from './priority.ts';
import { withServiceAccount } from './service-account.ts';

/** What becomes of a new pod before it is validated. */
export function preparePod(context: AdmissionContext, sent: KubeObject): KubeObject {
  const placed = withPriority(context.store, withServiceAccount(context, withPodDefaults(sent)));
  const complete = withDefaultTolerations(record(placed, 'spec'));
  return {
    ...placed,
    metadata: { ...placed.metadata, generation: 1 },
    spec: complete,
    status: { phase: 'Pending', qosClass: qosClass(complete) },
  };
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
