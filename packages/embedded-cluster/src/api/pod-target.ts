import type { KubeObject } from '@millrace/core';
import { records, text } from '../store/json.ts';
import { podType } from '../store/resource-types.ts';
import { badRequest, notFound } from '../store/status.ts';
import type { ResourceExchange } from './exchange.ts';

/** The pod that a subresource request names. @throws ApiStatusError NotFound */
export function targetPod(exchange: ResourceExchange): KubeObject {
  const { namespace, name } = exchange.info;
  const pod = exchange.context.store.get({ type: podType, namespace, name });
  if (pod === undefined) throw notFound(podType, name);
  return pod;
}

const names = (pod: KubeObject, field: string): readonly string[] =>
  records(pod, 'spec', field).map((container) => text(container, 'name'));

/**
 * The container that is meant: the one named, or the only one.
 * @throws ApiStatusError BadRequest when the name is wrong, or missing where there are several
 */
export function targetContainer(pod: KubeObject, asked: string): string {
  const [containers, inits] = [names(pod, 'containers'), names(pod, 'initContainers')];
  const podName = pod.metadata.name ?? '';
  if (asked !== '') {
    if ([...containers, ...inits].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${podName}`);
  }
  const [only, ...others] = containers;
  if (only !== undefined && others.length === 0) return only;
  const initHint = inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${podName}, choose one of: [${containers.join(' ')}]${initHint}`,
  );
}
