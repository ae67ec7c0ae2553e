import type { JsonObject } from '@millrace/core';
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  quantityOf,
  type Quantity,
} from '@millrace/kube-objects';
import { record, records, text } from './json.ts';

/** Amounts by resource name: `cpu`, `memory`, … */
export type Amounts = ReadonlyMap<string, Quantity>;

/** Adds amounts by name. */
export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const sum = new Map(left);
  for (const [name, amount] of right) {
    const present = sum.get(name);
    sum.set(name, present === undefined ? amount : addQuantities(present, amount));
  }
  return sum;
}

/** The larger amount of each name. */
function largest(left: Amounts, right: Amounts): Amounts {
  const result = new Map(left);
  for (const [name, amount] of right) {
    const present = result.get(name);
    if (present === undefined || compareQuantities(amount, present) > 0) result.set(name, amount);
  }
  return result;
}

/** Reads a resource list of an object, such as `requests`. */
export function amountsOf(list: JsonObject): Amounts {
  const amounts = new Map<string, Quantity>();
  for (const [name, value] of Object.entries(list)) {
    if (typeof value === 'string' || typeof value === 'number')
      amounts.set(name, parseQuantity(value));
  }
  return amounts;
}

/**
 * What a pod asks of a node: the sum over its containers and native sidecars, or what one init container needs beside
 * the sidecars started before it, whichever is larger, plus the overhead. Amounts of the pod itself go before.
 */
export function podAmounts(spec: JsonObject, kind: 'requests' | 'limits'): Amounts {
  const own = (container: JsonObject): Amounts => amountsOf(record(container, 'resources', kind));
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of records(spec, 'initContainers')) {
    if (text(container, 'restartPolicy') === 'Always') {
      sidecars = addAmounts(sidecars, own(container));
      starting = largest(starting, sidecars);
    } else starting = largest(starting, addAmounts(sidecars, own(container)));
  }
  const running = records(spec, 'containers').map(own).reduce(addAmounts, sidecars);
  const containers = largest(running, starting);
  const pod = new Map([...containers, ...amountsOf(record(spec, 'resources', kind))]);
  return addAmounts(pod, amountsOf(record(spec, 'overhead')));
}

/** The class by which a kubelet would choose whom to evict first. */
export function qosClass(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const whole = Object.keys(record(spec, 'resources')).length > 0;
  const holders = whole
    ? [spec]
    : [...records(spec, 'containers'), ...records(spec, 'initContainers')];
  let guaranteed = true;
  let any = false;
  for (const holder of holders) {
    const [requests, limits] = [
      amountsOf(record(holder, 'resources', 'requests')),
      amountsOf(record(holder, 'resources', 'limits')),
    ];
    for (const name of ['cpu', 'memory']) {
      const [request, limit] = [requests.get(name), limits.get(name)];
      any ||= request !== undefined || limit !== undefined;
      guaranteed &&=
        limit !== undefined && request !== undefined && compareQuantities(request, limit) === 0;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** None of anything. */
export const nothing: Quantity = quantityOf(0n);
