import type { JsonObject, KubeApi, KubeObject } from '@millrace/core';
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
    if (end['exitCode'] !== undefined) lines.push(endOf(container, end));
    const waiting = object(object(container['state'])['waiting']);
    if (waiting['reason'] !== undefined)
      lines.push(
        `container ${text(container['name'])} (${text(container['image'])}) waits: ${text(waiting['reason'])}${suffix(text(waiting['message']))}`,
      );
  }
  lines.push(...(await warnings(api, pod, { signal })));
  return lines.slice(0, maximumLines);
}

/**
 * The containers beside the job's own that did not end well, one sentence each: a script that fails without its database
 * says only that nothing answered.
 * @param driven - the job's own containers
 */
export function endedBeside(pod: KubeObject, driven: readonly string[]): readonly string[] {
  const status = object(pod['status']);
  return [...list(status['initContainerStatuses']), ...list(status['containerStatuses'])]
    .filter((container) => !driven.includes(text(container['name'])))
    .flatMap((container) => {
      const now = object(object(container['state'])['terminated']);
      const before = object(object(container['lastState'])['terminated']);
      const end = [now, before].find(
        ({ exitCode, reason }) => (exitCode ?? 0) !== 0 || reason === 'OOMKilled',
      );
      return end === undefined ? [] : [endOf(container, end)];
    });
}

function endOf(container: JsonObject, end: JsonObject): string {
  const { exitCode = null, reason = '', message = '' } = end;
  return `container ${text(container['name'])} (${text(container['image'])}) ended: exit code ${JSON.stringify(exitCode)}, reason ${text(reason)}${suffix(text(message))}`;
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
