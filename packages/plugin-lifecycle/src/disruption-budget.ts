import type { Job, JobContribution, Settings, Unit } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { LifecycleSettings } from './settings.ts';

/** A budget for each pod that lets nobody evict it; it goes with its pod (gitlab/155). */
export function disruptionBudgets(
  units: readonly Unit[],
  job: Pick<Job, 'id' | 'labels'>,
  { value: { disruptionBudget }, source }: Settings<LifecycleSettings>,
): readonly JobContribution[] {
  if (!disruptionBudget.enabled) return [];
  const label = job.labels.find(({ key }) => key === disruptionBudget.selectorLabel);
  return units.map(({ id, podName }) => ({
    kind: 'object',
    id: `disruption-budget-${id}`,
    type: resourceTypes.poddisruptionbudgets,
    manifest: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: `${podName}-pdb` },
      spec: {
        minAvailable: 1,
        selector: {
          matchLabels:
            label === undefined
              ? { 'millrace.dev/job': job.id, 'millrace.dev/unit': id }
              : { [label.key]: label.value },
        },
      },
    },
    scope: { unit: id },
    when: 'after',
    owner: { unit: id },
    deleteAt: 'scope-end',
    source: source(['disruptionBudget', 'enabled']),
  }));
}
