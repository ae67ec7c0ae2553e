import { deferred, type Deferred } from '@millrace/async';
import type { KubeApi, KubeObject, WatchSubscription } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';

/** The last that is known of one pod. */
export interface PodSighting {
  readonly pod: KubeObject | undefined;
  readonly deleted: boolean;
}

/** One pod, as seen through the shared watch. */
export interface PodObserver {
  readonly latest: () => PodSighting;
  /** Resolves at the next change after the call; rejects when the watch is lost for good or the signal aborts. */
  readonly next: (options: { readonly signal: AbortSignal }) => Promise<PodSighting>;
  readonly dispose: () => void;
}

interface Watched {
  sighting: PodSighting;
  change: Deferred<PodSighting>;
}

/** What a feed watches. */
export interface PodFeedOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly labelSelector: string;
}

/** All pods of a runner in one namespace over one shared watch, handed out by name. Open while somebody observes. */
export class PodFeed {
  readonly #options: PodFeedOptions;
  readonly #watched = new Map<string, Watched>();
  #subscription: WatchSubscription | undefined;

  constructor(options: PodFeedOptions) {
    this.#options = options;
  }

  observe(name: string): PodObserver {
    const watched: Watched = { sighting: { pod: undefined, deleted: false }, change: deferred() };
    watched.change.promise.catch(() => undefined);
    this.#watched.set(name, watched);
    this.#open();
    return {
      latest: () => watched.sighting,
      next: ({ signal }) => raceSignal(watched.change.promise, signal),
      dispose: () => {
        if (this.#watched.get(name) === watched) this.#watched.delete(name);
        if (this.#watched.size === 0) this.close();
      },
    };
  }

  close(): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
  }

  #open(): void {
    if (this.#subscription !== undefined) return;
    const { api, namespace, labelSelector } = this.#options;
    const subscription = api.watch({ type: resourceTypes.pods, namespace, labelSelector });
    this.#subscription = subscription;
    void this.#follow(subscription);
  }

  async #follow(subscription: WatchSubscription): Promise<void> {
    try {
      for await (const { type, object } of subscription.changes) {
        const watched = this.#watched.get(object.metadata.name ?? '');
        if (watched !== undefined) tell(watched, { pod: object, deleted: type === 'deleted' });
      }
    } catch (failure) {
      if (this.#subscription === subscription) this.#subscription = undefined;
      for (const watched of this.#watched.values()) watched.change.reject(failure);
    }
  }
}

function tell(watched: Watched, sighting: PodSighting): void {
  const { change } = watched;
  watched.sighting = sighting;
  watched.change = deferred();
  watched.change.promise.catch(() => undefined);
  change.resolve(sighting);
}

/** Waits for a promise until a signal aborts; leaves no listener behind. */
export function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const stopped = deferred<never>();
  const onAbort = (): void => stopped.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, stopped.promise]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
}
