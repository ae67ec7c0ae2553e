import type { Store } from '../contracts.ts';
import { priorityClassType } from './resource-types.ts';

const systemClasses: Readonly<Record<string, readonly [value: number, description: string]>> = {
  'system-cluster-critical': [
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  'system-node-critical': [
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
};

/** Creates the priority classes that every cluster starts with. */
export function createPriorityClasses(store: Store): void {
  for (const [name, [value, description]] of Object.entries(systemClasses)) {
    store.create(priorityClassType, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      globalDefault: false,
      description,
      preemptionPolicy: 'PreemptLowerPriority',
    });
  }
}
