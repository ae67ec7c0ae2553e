import { createFakeClock } from '@millrace/async';
import type { KubeObject } from '@millrace/core';
import { beforeEach, expect, it } from 'vitest';
import { startDisruptionStatus } from './disruption-status.ts';
import { disruptionBudgetType, podType } from './resource-types.ts';
import { createStore, type ObjectStore } from './store.ts';

const namespace = 'default';
const clock = createFakeClock(Date.parse('2026-01-02T03:04:05Z'));
let store: ObjectStore;
beforeEach(() => {
  store = createStore({ clock });
  startDisruptionStatus(store, clock);
});

const addPod = (name: string, ready: boolean): KubeObject =>
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'a' } },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
const status = (): unknown =>
  store.get({ type: disruptionBudgetType, namespace, name: 'b' })?.['status'];

it('follows the pods that a budget is about', () => {
  addPod('one', true);
  store.create(disruptionBudgetType, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace, generation: 1 },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
  });
  expect(status()).toEqual({
    observedGeneration: 1,
    disruptionsAllowed: 0,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-02T03:04:05Z',
        reason: 'InsufficientPods',
        message: '',
      },
    ],
  });
  addPod('two', true);
  expect(status()).toMatchObject({
    disruptionsAllowed: 1,
    expectedPods: 2,
    conditions: [{ status: 'True', reason: 'SufficientPods' }],
  });
  addPod('three', false);
  expect(status()).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 2, expectedPods: 3 });
});

it('rounds a percentage up, and keeps the time at which room came or went', async () => {
  store.create(disruptionBudgetType, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace },
    spec: { minAvailable: '50%', selector: { matchLabels: { app: 'a' } } },
  });
  expect(status()).toMatchObject({ disruptionsAllowed: 0, expectedPods: 0 });
  await clock.advance(1000);
  addPod('one', false);
  expect(status()).toMatchObject({
    expectedPods: 1,
    conditions: [{ status: 'False', lastTransitionTime: '2026-01-02T03:04:05Z' }],
  });
  addPod('two', true);
  addPod('three', true);
  addPod('four', true);
  expect(status()).toMatchObject({
    desiredHealthy: 2,
    disruptionsAllowed: 1,
    conditions: [{ status: 'True', lastTransitionTime: '2026-01-02T03:04:06Z' }],
  });
});
