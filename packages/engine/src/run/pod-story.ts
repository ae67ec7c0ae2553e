import type { KubeApi, KubeObject } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { list, object, text } from './read-json.ts';

const maximumLines = 20;

/**
 * What is known of a pod that failed, one sentence each: where it ran, its conditions, how its containers ended, and its
 * warning events. Survives the pod. Asks for the events once; without the right to, it tells the rest.
 */
export async function podStory(
  api: KubeApi,
  pod: KubeObject,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const status = object(pod['status']);
  const node = text(object(pod['spec'])['nodeName']);
  const lines = [
    `pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} on node ${node || '<unknown>'}, phase ${text(status['phase']) || 'unknown'}`,
  ];
  for (const condition of list(status['conditions'])) {
    if (text(condition['message']) !== '')
      lines.push(
        `condition ${text(condition['type'])}=${text(condition['status'])}: ${text(condition['reason'])}: ${text(condition['message'])}`,
      );
  }
  for (const container of [
    ...list(status['initContainerStatuses']),
    ...list(status['containerStatuses']),
  ]) {
    const end = object(object(container['state'])['terminated']);
    if (end['exitCode'] !== undefined)
      lines.push(
        `container ${text(container['name'])} (${text(container['image'])}) ended: exit code ${JSON.stringify(end['exitCode'])}, reason ${text(end['reason'])}${suffix(text(end['message']))}`,
      );
    const waiting = object(object(container['state'])['waiting']);
    if (waiting['reason'] !== undefined)
      lines.push(
        `container ${text(container['name'])} (${text(container['image'])}) waits: ${text(waiting['reason'])}${suffix(text(waiting['message']))}`,
      );
  }
  lines.push(...(await warnings(api, pod, { signal })));
  return lines.slice(0, maximumLines);
}

async function warnings(
  api: KubeApi,
  pod: KubeObject,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  try {
    const events = await api.list(
      {
        type: resourceTypes.events,
        namespace: pod.metadata.namespace ?? '',
        fieldSelector: `involvedObject.name=${pod.metadata.name ?? ''},type=Warning`,
      },
      { signal, timeout: 5_000 },
    );
    return events.map((event) => `event ${text(event['reason'])}: ${text(event['message'])}`);
  } catch {
    // The story is told as far as it is known: a missing right to list events must not hide the failure itself.
    return [];
  }
}

const suffix = (message: string): string => (message === '' ? '' : `: ${message.trim()}`);
