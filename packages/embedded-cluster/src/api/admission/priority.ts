import type { JsonObject, KubeObject } from '@millrace/core';
import type { Store } from '../../contracts.ts';
import { count, record, text } from '../../store/json.ts';
import { podType, priorityClassType } from '../../store/resource-types.ts';
import { forbidden } from '../../store/status.ts';

/** Resolves a pod's priority class. @throws ApiStatusError Forbidden when there is no such class */
export function withPriority(store: Store, pod: KubeObject): KubeObject {
  const spec = record(pod, 'spec');
  const classes = store.list(priorityClassType);
  const named = text(spec, 'priorityClassName');
  const found =
    named === ''
      ? classes.find((item) => item['globalDefault'] === true)
      : classes.find((item) => item.metadata.name === named);
  if (named !== '' && found === undefined) {
    throw forbidden(
      podType,
      pod.metadata.name ?? '',
      `no PriorityClass with name ${named} was found`,
    );
  }
  const resolved: JsonObject = {
    ...(found === undefined ? {} : { priorityClassName: found.metadata.name ?? '' }),
    priority: count(found, 'value') ?? 0,
    preemptionPolicy: text(found, 'preemptionPolicy') || 'PreemptLowerPriority',
  };
  return { ...pod, spec: { ...spec, ...resolved } };
}
