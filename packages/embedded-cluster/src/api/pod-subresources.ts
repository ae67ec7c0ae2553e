import { record, text } from '../store/json.ts';
import { deleteObject } from '../store/deletion.ts';
import { violatedBudgets } from '../store/disruption.ts';
import { boundTo, withCondition } from '../store/pod-conditions.ts';
import { badRequest, conflict, internalError, tooManyRequests } from '../store/status.ts';
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
  const eviction = await readObject(exchange.request, 'Eviction');
  const kind = text(eviction, 'kind');
  if (kind !== '' && kind !== 'Eviction')
    throw badRequest(
      `${kind} in version "v1" cannot be handled as a Eviction: converting (v1.${kind}) to (policy.Eviction): unknown conversion`,
    );
  if (text(eviction, 'metadata', 'name') !== exchange.info.name)
    throw badRequest('name in URL does not match name in Eviction object');
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
  if (isDryRun(exchange.query, 'CreateOptions', record(eviction, 'deleteOptions'))) return done;
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
  const target = record(await readObject(exchange.request, 'Binding'), 'target');
  const [kind, name] = [text(target, 'kind'), text(target, 'name')];
  if (kind !== '' && kind !== 'Node')
    throw internalError(
      `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`,
      { plain: true },
    );
  if (name === '') throw internalError('target.name: Required value', { plain: true });
  const pod = targetPod(exchange);
  const bound = text(pod, 'spec', 'nodeName');
  if (bound !== '')
    throw conflict(
      { group: '', plural: 'pods/binding' },
      exchange.info.name,
      `pod ${exchange.info.name} is already assigned to node ${JSON.stringify(bound)}`,
    );
  if (!isDryRun(exchange.query, 'CreateOptions'))
    store.update(keyOf(exchange.info.type, pod), (before) => boundTo(before, name, clock.now()));
  return done;
}
