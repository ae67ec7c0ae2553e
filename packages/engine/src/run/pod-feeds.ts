import { PodFeed, type PodFeedOptions } from './pod-feed.ts';

/** One feed a namespace, kept while a pod of it is observed. */
export interface PodFeeds {
  readonly of: (namespace: string) => PodFeed;
  readonly close: () => void;
}

/** Namespaces may be made for each job, so a feed that nobody uses is forgotten. */
export function createPodFeeds(
  options: Pick<PodFeedOptions, 'api' | 'clock' | 'logger' | 'labelSelector'>,
): PodFeeds {
  const feeds = new Map<string, PodFeed>();
  return {
    of: (namespace) => {
      const known = feeds.get(namespace);
      if (known !== undefined) return known;
      const feed = new PodFeed({
        ...options,
        namespace,
        onIdle: () => void feeds.delete(namespace),
      });
      feeds.set(namespace, feed);
      return feed;
    },
    close: () => {
      for (const feed of feeds.values()) feed.close();
    },
  };
}
