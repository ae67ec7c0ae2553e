import { createSystemClock } from '@millrace/async';
import type { KubeApi, KubeObject, ListSelection } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';

const types = [
  resourceTypes.pods,
  resourceTypes.secrets,
  resourceTypes.services,
  resourceTypes.persistentvolumeclaims,
];
const clock = createSystemClock();
const { signal } = new AbortController();
const pause = 50;
const patience = 60_000;

/**
 * What jobs left in a namespace. Objects that are being deleted get the time they need: only what nobody deletes, or what
 * does not go away, is left.
 */
export async function leftovers(api: KubeApi, namespace: string): Promise<readonly KubeObject[]> {
  const left = await Promise.all(types.map((type) => settled(api, { type, namespace })));
  return left.flat();
}

async function settled(api: KubeApi, selection: ListSelection): Promise<readonly KubeObject[]> {
  const until = clock.monotonic() + patience;
  for (;;) {
    const objects = await api.list(selection, { signal });
    if (!objects.some(isEnding) || clock.monotonic() > until) return objects;
    // The API tells of an end only by absence, and a watch that starts after it tells nothing.
    await clock.sleep(pause, { signal });
  }
}

const isEnding = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
