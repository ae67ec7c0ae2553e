import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { record } from '../store/json.ts';
import { podType } from '../store/resource-types.ts';
import { podOf, podsPath, startFixture, type Fixture } from './fixture.test.helpers.ts';

let cluster: Fixture;
beforeEach(async () => {
  cluster = await startFixture();
});
afterEach(() => cluster.close());

const makeReady = (name: string): unknown =>
  cluster.store.update({ type: podType, namespace: 'default', name }, (pod) => ({
    ...pod,
    status: {
      ...record(pod, 'status'),
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }));

describe('eviction', () => {
  const evict = (): ReturnType<Fixture['call']> =>
    cluster.call('POST', `${podsPath}/a/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'a' },
      deleteOptions: { gracePeriodSeconds: 5 },
    });

  beforeEach(async () => {
    await cluster.call('POST', podsPath, podOf('a', {}, { labels: { app: 'x' } }));
    makeReady('a');
  });

  it('deletes the pod and says why in a condition', async () => {
    expect(await evict()).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success' } });
    const { body } = await cluster.call('GET', `${podsPath}/a`);
    expect(body).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 5 },
      status: {
        conditions: [
          { type: 'Ready' },
          { type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' },
        ],
      },
    });
  });

  it('answers 429 where a budget leaves no room', async () => {
    await cluster.call('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
    });
    expect(await evict()).toMatchObject({
      code: 429,
      body: {
        reason: 'TooManyRequests',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget b needs 1 healthy pods and has 1 currently',
            },
          ],
        },
      },
    });
  });
});

describe('binding', () => {
  it('places a pod of another scheduler, once', async () => {
    await cluster.call('POST', podsPath, podOf('a', { schedulerName: 'mine' }));
    const bind = (): ReturnType<Fixture['call']> =>
      cluster.call('POST', `${podsPath}/a/binding`, {
        metadata: { name: 'a' },
        target: { kind: 'Node', name: 'millrace-embedded' },
      });
    expect((await bind()).code).toBe(201);
    expect((await cluster.call('GET', `${podsPath}/a`)).body).toMatchObject({
      spec: { nodeName: 'millrace-embedded' },
    });
    expect(await bind()).toMatchObject({
      code: 409,
      body: {
        message: expect.stringContaining(
          'pod a is already assigned to node "millrace-embedded"',
        ) as string,
      },
    });
  });
});
