import type { KubeObject, ResourceType } from '@millrace/core';
import {
  compareQuantities,
  formatQuantity,
  quantityOf,
  type Quantity,
} from '@millrace/kube-objects';
import type { Store } from '../contracts.ts';
import { record, records, text } from './json.ts';
import { addAmounts, amountsOf, nothing, podAmounts, type Amounts } from './pod-resources.ts';
import { podType, quotaType, sameResource, servedResources } from './resource-types.ts';
import { forbidden } from './status.ts';
import { keyOf } from './object-meta.ts';
import type { ObjectStore } from './store.ts';

const one = quantityOf(1n);
const counted = servedResources.filter((type) => type.namespaced && type.stored);

/** What one object takes from a quota; finished pods take nothing. */
function demand(type: ResourceType, object: KubeObject): Amounts {
  const suffix = type.group === '' ? '' : `.${type.group}`;
  const own = new Map<string, Quantity>([[`count/${type.plural}${suffix}`, one]]);
  if (!sameResource(type, podType)) return own.set(type.plural, one);
  if (['Succeeded', 'Failed'].includes(text(object, 'status', 'phase'))) return own;
  own.set('pods', one);
  const spec = record(object, 'spec');
  for (const [name, amount] of podAmounts(spec, 'requests'))
    own.set(name, amount).set(`requests.${name}`, amount);
  for (const [name, amount] of podAmounts(spec, 'limits')) own.set(`limits.${name}`, amount);
  return own;
}

/** What a namespace uses of the resources that a quota limits. */
function usage(store: Store, namespace: string, hard: Amounts): Amounts {
  let used: Amounts = new Map([...hard.keys()].map((name) => [name, nothing]));
  for (const type of counted) {
    for (const object of store.list(type, namespace)) used = addAmounts(used, demand(type, object));
  }
  return used;
}

const shown = (amounts: Amounts, names: readonly string[]): string =>
  names.map((name) => `${name}=${formatQuantity(amounts.get(name) ?? nothing)}`).join(',');

const compute = /^(?:requests\.|limits\.)?(?:cpu|memory)$/u;

/**
 * Refuses an object for which a quota of its namespace has no room.
 * @throws ApiStatusError Forbidden, worded as the ResourceQuota admission does
 */
export function checkQuotas(store: Store, type: ResourceType, object: KubeObject): void {
  const namespace = object.metadata.namespace ?? '';
  for (const quota of type.namespaced ? store.list(quotaType, namespace) : []) {
    const hard = amountsOf(record(quota, 'spec', 'hard'));
    const wanted = demand(type, object);
    const name = object.metadata.name ?? '';
    const unstated = sameResource(type, podType)
      ? [...hard.keys()]
          .filter((resource) => compute.test(resource) && !wanted.has(resource))
          .toSorted()
      : [];
    if (unstated.length > 0) {
      const containers = records(object, 'spec', 'containers')
        .map((container) => text(container, 'name'))
        .join(',');
      throw forbidden(
        type,
        name,
        `failed quota: ${quota.metadata.name ?? ''}: must specify ${unstated.map((resource) => `${resource} for: ${containers}`).join('; ')}`,
      );
    }
    const used = usage(store, namespace, hard);
    const total = addAmounts(used, wanted);
    const exceeded = [...hard]
      .filter(
        ([resource, limit]) =>
          wanted.has(resource) && compareQuantities(total.get(resource) ?? nothing, limit) > 0,
      )
      .map(([resource]) => resource)
      .toSorted();
    if (exceeded.length > 0) {
      throw forbidden(
        type,
        name,
        `exceeded quota: ${quota.metadata.name ?? ''}, requested: ${shown(wanted, exceeded)}, used: ${shown(used, exceeded)}, limited: ${shown(hard, exceeded)}`,
      );
    }
  }
}

/**
 * Keeps `status` of quotas up to date, for those who look.
 * @returns the way to stop
 */
export function startQuotaStatus(store: ObjectStore): () => void {
  const refresh = (quota: KubeObject): void => {
    const hard = amountsOf(record(quota, 'spec', 'hard'));
    const used = usage(store, quota.metadata.namespace ?? '', hard);
    const key = keyOf(quotaType, quota);
    if (store.get(key) === undefined) return;
    store.update(key, (before) => ({
      ...before,
      status: {
        hard: record(before, 'spec', 'hard'),
        used: Object.fromEntries(
          [...hard.keys()].map((name) => [name, formatQuantity(used.get(name) ?? nothing)]),
        ),
      },
    }));
  };
  return store.subscribe((change) => {
    if (!change.resource.namespaced) return;
    const isQuota = sameResource(change.resource, quotaType);
    if (change.type === 'modified' && !isQuota && !sameResource(change.resource, podType)) return;
    for (const quota of store.list(quotaType, change.object.metadata.namespace)) refresh(quota);
  });
}
