import type { KubeApi, ListSelection } from '@millrace/core';
import type { ApiClient } from '../transport/api-client.ts';
import type { ObjectCalls } from '../transport/object-calls.ts';
import { createSnapshot } from './poll-objects.ts';
import { createWatchFeed, type WatchFeed } from './watch-feed.ts';

/** The feeds of one connection. */
export interface WatchRegistry {
  readonly watch: KubeApi['watch'];
  readonly close: () => void;
}

/** Hands out one feed per selection, however many ask. */
export function createWatchRegistry(
  client: ApiClient,
  calls: Pick<ObjectCalls, 'listPages' | 'get'>,
): WatchRegistry {
  const feeds = new Map<string, WatchFeed>();
  return {
    watch: (selection) => {
      const key = keyOf(selection);
      let feed = feeds.get(key);
      if (feed === undefined) {
        const snapshot = createSnapshot(selection, calls);
        feed = createWatchFeed(client, selection, snapshot, () => feeds.delete(key));
        feeds.set(key, feed);
      }
      return feed.subscribe();
    },
    close: () => {
      for (const feed of feeds.values()) feed.close();
    },
  };
}

function keyOf({ type, namespace, labelSelector, fieldSelector }: ListSelection): string {
  const { group, version, plural } = type;
  return JSON.stringify([group, version, plural, namespace, labelSelector, fieldSelector]);
}
