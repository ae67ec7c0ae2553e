import { isRunnerError, type JsonObject, type KubeObject } from '@millrace/core';
import { labelSelectorOf, matchesLabels } from '@millrace/kube-objects';
import type { Store } from '../contracts.ts';
import { record, records, text } from './json.ts';
import { disruptionBudgetType, podType } from './resource-types.ts';

/** How much a disruption budget leaves. */
export interface BudgetState {
  readonly name: string;
  readonly desired: number;
  readonly healthy: number;
  /** Pods that it covers. */
  readonly expected: number;
}

const isFinished = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
const isReady = (pod: KubeObject): boolean =>
  records(pod, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );

function selects(budget: KubeObject, pod: KubeObject): boolean {
  try {
    return matchesLabels(
      labelSelectorOf(record(budget, 'spec', 'selector')),
      pod.metadata.labels ?? {},
    );
  } catch (error) {
    if (isRunnerError(error)) return false;
    throw error;
  }
}

/** A number, or a percentage of `total`, rounded up. */
function scaled(spec: JsonObject, field: string, total: number): number | undefined {
  const value = spec[field];
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return value.endsWith('%')
    ? Math.ceil((Number.parseInt(value, 10) * total) / 100)
    : Number(value);
}

/** What a budget wants and what there is. */
export function budgetState(store: Store, budget: KubeObject): BudgetState {
  const pods = store
    .list(podType, budget.metadata.namespace)
    .filter((item) => selects(budget, item) && !isFinished(item));
  const spec = record(budget, 'spec');
  const desired =
    scaled(spec, 'minAvailable', pods.length) ??
    pods.length - (scaled(spec, 'maxUnavailable', pods.length) ?? 0);
  const healthy = pods.filter(
    (item) => isReady(item) && item.metadata.deletionTimestamp === undefined,
  ).length;
  return { name: budget.metadata.name ?? '', desired, healthy, expected: pods.length };
}

/** The budgets that forbid to evict this pod now. */
export function violatedBudgets(store: Store, pod: KubeObject): readonly BudgetState[] {
  const namespace = pod.metadata.namespace ?? '';
  if (isFinished(pod) || text(pod, 'status', 'phase') === 'Pending') return [];
  return store
    .list(disruptionBudgetType, namespace)
    .filter((budget) => selects(budget, pod))
    .map((budget) => budgetState(store, budget))
    .filter(({ desired, healthy }) => healthy - 1 < desired);
}
