import type { Clock, KubeObject } from '@millrace/core';
import { budgetState } from './disruption.ts';
import { records, text } from './json.ts';
import { keyOf, timestamp } from './object-meta.ts';
import { disruptionBudgetType, podType, sameResource } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

/**
 * Keeps `status` of disruption budgets up to date. Evictions do not rely on it: they count anew.
 * @returns the way to stop
 */
export function startBudgetStatus(store: ObjectStore, clock: Clock): () => void {
  const refresh = (budget: KubeObject): void => {
    const key = keyOf(disruptionBudgetType, budget);
    if (store.get(key) === undefined) return;
    store.update(key, (before) => ({ ...before, status: statusOf(store, before, clock.now()) }));
  };
  return store.subscribe((change) => {
    const isBudget = sameResource(change.resource, disruptionBudgetType);
    if (!isBudget && !sameResource(change.resource, podType)) return;
    for (const budget of store.list(disruptionBudgetType, change.object.metadata.namespace))
      refresh(budget);
  });
}

function statusOf(store: ObjectStore, budget: KubeObject, now: number): KubeObject['status'] {
  const { desired, healthy, expected } = budgetState(store, budget);
  const allowed = Math.max(0, expected === 0 ? 0 : healthy - desired);
  const status = allowed > 0 ? 'True' : 'False';
  const before = records(budget, 'status', 'conditions')[0];
  const changed = text(before, 'status') !== status;
  return {
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status,
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        lastTransitionTime: changed ? timestamp(now) : text(before, 'lastTransitionTime'),
      },
    ],
  };
}
