import { text } from '../store/json.ts';
import { deleteObject } from '../store/deletion.ts';
import { violatedBudgets } from '../store/disruption.ts';
import { boundTo, withCondition } from '../store/pod-conditions.ts';
import { nodeType } from '../store/resource-types.ts';
import { badRequest, conflict, notFound, tooManyRequests } from '../store/status.ts';
import { keyOf } from '../store/object-meta.ts';
import { readObject } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import { isDryRun } from './mutation.ts';
import { targetPod } from './pod-target.ts';

const done: Reply = {
  code: 201,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
};

/** Serves `pods/eviction`: deletes unless a disruption budget forbids it. */
export async function evict(exchange: ResourceExchange): Promise<Reply> {
  const { store, clock } = exchange.context;
  const eviction = await readObject(exchange.request);
  const pod = targetPod(exchange);
  const key = keyOf(exchange.info.type, pod);
  const violated = violatedBudgets(store, pod);
  if (violated.length > 0) {
    const causes = violated.map(({ name, desired, healthy }) => ({
      reason: 'DisruptionBudget',
      message: `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`,
    }));
    throw tooManyRequests(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      0,
      causes,
    );
  }
  if (isDryRun(exchange.query)) return done;
  store.update(key, (before) =>
    withCondition(
      before,
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
      },
      clock.now(),
    ),
  );
  const grace = eviction['deleteOptions'];
  const seconds =
    typeof grace === 'object' && grace !== null && 'gracePeriodSeconds' in grace
      ? Number(grace['gracePeriodSeconds'])
      : undefined;
  deleteObject(store, clock, key, seconds === undefined ? {} : { gracePeriodSeconds: seconds });
  return done;
}

/** Serves `pods/binding`, for schedulers other than ours. */
export async function bind(exchange: ResourceExchange): Promise<Reply> {
  const { store, clock } = exchange.context;
  const name = text(await readObject(exchange.request), 'target', 'name');
  const pod = targetPod(exchange);
  if (name === '') throw badRequest('target.name: Required value');
  if (store.get({ type: nodeType, namespace: '', name }) === undefined)
    throw notFound(nodeType, name);
  const bound = text(pod, 'spec', 'nodeName');
  if (bound !== '')
    throw conflict(
      { group: '', plural: 'pods/binding' },
      exchange.info.name,
      `pod ${exchange.info.name} is already assigned to node ${JSON.stringify(bound)}`,
    );
  if (!isDryRun(exchange.query))
    store.update(keyOf(exchange.info.type, pod), (before) => boundTo(before, name, clock.now()));
  return done;
}
