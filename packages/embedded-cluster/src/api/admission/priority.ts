import type { JsonObject, KubeObject } from '@millrace/core';
import type { Store } from '../../contracts.ts';
import { count, record, text } from '../../store/json.ts';
import { podType, priorityClassType } from '../../store/resource-types.ts';
import { forbidden } from '../../store/status.ts';

/** Classes that exist without being created. */
const builtIn: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Resolves a pod's priority class. @throws ApiStatusError Forbidden when there is no such class */
export function withPriority(store: Store, pod: KubeObject): KubeObject {
  const spec = record(pod, 'spec');
  const classes = store.list(priorityClassType);
  const named = text(spec, 'priorityClassName');
  const found =
    named === ''
      ? classes.find((item) => item['globalDefault'] === true)
      : classes.find((item) => item.metadata.name === named);
  if (named !== '' && found === undefined && builtIn[named] === undefined) {
    throw forbidden(
      podType,
      pod.metadata.name ?? '',
      `no PriorityClass with name ${named} was found`,
    );
  }
  const resolved: JsonObject = {
    ...(found === undefined ? {} : { priorityClassName: found.metadata.name ?? '' }),
    priority: builtIn[named] ?? count(found, 'value') ?? 0,
    preemptionPolicy: text(found, 'preemptionPolicy') || 'PreemptLowerPriority',
  };
  return { ...pod, spec: { ...spec, ...resolved } };
}
