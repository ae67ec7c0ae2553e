import type { JsonObject } from '@millrace/core';
import { createFakeClock } from '@millrace/async';
import { beforeEach, expect, it } from 'vitest';
import { startBudgetStatus } from './budget-status.ts';
import { disruptionBudgetType, podType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

const clock = createFakeClock(Date.parse('2026-01-02T03:04:05Z'));
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock });
  startBudgetStatus(store, clock);
});

const addPod = (name: string, ready: boolean): void =>
  void store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'd', labels: { app: 'web' } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  });
const budget = (spec: JsonObject): unknown => {
  store.create(disruptionBudgetType, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace: 'd' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  return status();
};
const status = (): unknown =>
  store.get({ type: disruptionBudgetType, namespace: 'd', name: 'b' })?.['status'];

it('tells what a budget leaves', () => {
  addPod('a', true);
  addPod('b', true);
  expect(budget({ minAvailable: 1 })).toMatchObject({
    currentHealthy: 2,
    desiredHealthy: 1,
    disruptionsAllowed: 1,
    expectedPods: 2,
    conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
  });
});

it('follows the pods, and keeps the time at which room came or went', async () => {
  budget({ minAvailable: '50%' });
  expect(status()).toMatchObject({ disruptionsAllowed: 0, expectedPods: 0 });
  await clock.advance(1000);
  addPod('a', false);
  expect(status()).toMatchObject({
    expectedPods: 1,
    currentHealthy: 0,
    conditions: [{ status: 'False', lastTransitionTime: '2026-01-02T03:04:05Z' }],
  });
  addPod('b', true);
  addPod('c', true);
  addPod('d', true);
  expect(status()).toMatchObject({
    desiredHealthy: 2,
    disruptionsAllowed: 1,
    conditions: [{ status: 'True', lastTransitionTime: '2026-01-02T03:04:06Z' }],
  });
});
