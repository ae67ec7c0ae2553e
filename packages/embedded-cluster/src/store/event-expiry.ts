import type { Clock } from '@millrace/core';
import type { StoreKey } from '../contracts.ts';
import { eventType, sameResource } from './resource-types.ts';
import { keyOf } from './object-meta.ts';
import type { ObjectStore } from './store.ts';

/** How long a real API server keeps events, in milliseconds. */
const lifetime = 60 * 60 * 1000;

/**
 * Forgets events an hour after they were first recorded, when the next one comes.
 * @returns the way to stop
 */
export function startEventExpiry(store: ObjectStore, clock: Clock): () => void {
  const recorded: { readonly key: StoreKey; readonly at: number }[] = [];
  return store.subscribe((change) => {
    if (change.type !== 'added' || !sameResource(change.resource, eventType)) return;
    recorded.push({ key: keyOf(eventType, change.object), at: clock.now() });
    const kept = recorded.findIndex(({ at }) => at > clock.now() - lifetime);
    for (const { key } of recorded.splice(0, Math.max(0, kept))) {
      if (store.get(key) !== undefined) store.remove(key);
    }
  });
}
