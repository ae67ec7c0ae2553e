import type { Clock, KubeObject } from '@millrace/core';
import { budgetState } from './disruption.ts';
import { count, records, sameJson, text } from './json.ts';
import { keyOf, timestamp } from './object-meta.ts';
import { disruptionBudgetType, podType, sameResource } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

/**
 * Writes into every disruption budget how it stands.
 * @returns the way to stop
 */
export function startDisruptionStatus(store: ObjectStore, clock: Clock): () => void {
  const refresh = (budget: KubeObject): void => {
    const status = statusOf(store, budget, clock.now());
    if (sameJson(status, budget['status'])) return;
    store.update(keyOf(disruptionBudgetType, budget), (before) => ({ ...before, status }));
  };
  return store.subscribe(({ resource, object, type }) => {
    if (sameResource(resource, disruptionBudgetType) && type !== 'deleted') {
      // An earlier listener may have removed it since.
      const current = store.get(keyOf(disruptionBudgetType, object));
      if (current !== undefined) refresh(current);
    }
    if (!sameResource(resource, podType)) return;
    for (const budget of store.list(disruptionBudgetType, object.metadata.namespace ?? ''))
      refresh(budget);
  });
}

function statusOf(store: ObjectStore, budget: KubeObject, now: number): KubeObject['status'] {
  const { desired, healthy, expected } = budgetState(store, budget);
  const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired);
  const before = records(budget, 'status', 'conditions')[0];
  const status = allowed > 0 ? 'True' : 'False';
  const generation = count(budget.metadata, 'generation') ?? 1;
  const lastTransitionTime =
    text(before, 'status') === status ? text(before, 'lastTransitionTime') : timestamp(now);
  return {
    observedGeneration: generation,
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status,
        observedGeneration: generation,
        lastTransitionTime,
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
      },
    ],
  };
}
