import type { JsonObject, KubeObject } from '@millrace/core';
import { matchesLabels, parseLabelSelector } from '@millrace/kube-objects';
import { freeName } from './generate-name.ts';
import { count, records, stringMap, text } from './json.ts';
import { endpointSliceType, podType, sameResource, serviceType } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

const serviceLabel = 'kubernetes.io/service-name';

/**
 * Keeps one slice of endpoints for every service with a selector: the pods it chooses, and the ports behind its own.
 * @returns the way to stop
 */
export function startEndpointSlices(store: ObjectStore): () => void {
  const refresh = (service: KubeObject): void => {
    const { name = '', namespace = '' } = service.metadata;
    if (
      service.metadata.deletionTimestamp !== undefined ||
      text(service, 'spec', 'type') === 'ExternalName'
    )
      return;
    const selector = stringMap(service, 'spec', 'selector');
    if (Object.keys(selector).length === 0) return;
    const pods = store.list(podType, namespace).filter((pod) => isChosenBy(pod, selector));
    const content = {
      addressType: 'IPv4',
      endpoints: pods.map(endpointOf),
      ports: records(service, 'spec', 'ports').map((port) => portBehind(port, pods)),
    };
    const slice = store
      .list(endpointSliceType, namespace)
      .find(({ metadata }) => metadata.labels?.[serviceLabel] === name);
    if (slice !== undefined) {
      const key = { type: endpointSliceType, namespace, name: slice.metadata.name ?? '' };
      store.update(key, (before) => ({ ...before, ...content }));
      return;
    }
    const taken = (candidate: string): boolean =>
      store.get({ type: endpointSliceType, namespace, name: candidate }) !== undefined;
    store.create(endpointSliceType, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: sliceMetadata(service, freeName(`${name}-`, taken)),
      ...content,
    });
  };
  return store.subscribe(({ type, resource, object }) => {
    const { namespace = '', name = '' } = object.metadata;
    const isService = sameResource(resource, serviceType);
    if (isService && type !== 'deleted') {
      const service = store.get({ type: serviceType, namespace, name });
      if (service !== undefined) refresh(service);
    } else if (sameResource(resource, podType)) {
      for (const service of store.list(serviceType, namespace)) refresh(service);
    }
  });
}

/** Whether a pod that has not ended has what a service's selector wants. */
export function isChosenBy(pod: KubeObject, selector: Readonly<Record<string, string>>): boolean {
  const wanted = parseLabelSelector(
    Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
  return (
    text(pod, 'status', 'podIP') !== '' &&
    !['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase')) &&
    matchesLabels(wanted, pod.metadata.labels ?? {})
  );
}

/** Whether a pod's condition says so. */
export const isReady = (pod: KubeObject): boolean =>
  records(pod, 'status', 'conditions').some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );

function endpointOf(pod: KubeObject): JsonObject {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  return {
    addresses: [text(pod, 'status', 'podIP')],
    conditions: { ready: isReady(pod) && !terminating, serving: isReady(pod), terminating },
    nodeName: text(pod, 'spec', 'nodeName'),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

/** A port by name is the one that the pods' containers give that name. */
function portBehind(port: JsonObject, pods: readonly KubeObject[]): JsonObject {
  const target = port['targetPort'];
  const named = pods
    .flatMap((pod) => records(pod, 'spec', 'containers'))
    .flatMap((container) => records(container, 'ports'))
    .find(({ name }) => name === target);
  const number =
    typeof target === 'number' ? target : (count(named, 'containerPort') ?? count(port, 'port'));
  return {
    name: text(port, 'name'),
    port: number ?? 0,
    protocol: text(port, 'protocol') || 'TCP',
  };
}

function sliceMetadata(service: KubeObject, name: string): KubeObject['metadata'] {
  const { name: owner = '', namespace = '', uid = '', labels } = service.metadata;
  return {
    name,
    generateName: `${owner}-`,
    namespace,
    labels: {
      ...labels,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      [serviceLabel]: owner,
    },
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: owner,
        uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}
