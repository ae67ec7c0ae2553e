import { deferred, raceSignal, type Deferred } from '@millrace/async';
import {
  isRunnerError,
  RunnerError,
  type Clock,
  type KubeApi,
  type KubeObject,
  type Logger,
  type WatchSubscription,
} from '@millrace/core';
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
  /**
   * Asks the server once. For a pod that the watch says nothing about: one that came and went between two lists is
   * never mentioned.
   */
  readonly look: (options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly dispose: () => void;
}

interface Watched {
  sighting: PodSighting;
  change: Deferred<PodSighting>;
}

/** What a feed watches. */
export interface PodFeedOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly namespace: string;
  readonly labelSelector: string;
  /** Called when nobody observes any more. */
  readonly onIdle?: () => void;
}

/** All pods of a runner in one namespace over one shared watch, handed out by name. Open while somebody observes. */
export class PodFeed {
  readonly #options: PodFeedOptions;
  readonly #watched = new Map<string, Watched>();
  #subscription: WatchSubscription | undefined;
  #polling: AbortController | undefined;
  #holders = 0;

  constructor(options: PodFeedOptions) {
    this.#options = options;
  }

  observe(name: string): PodObserver {
    const watched: Watched = { sighting: { pod: undefined, deleted: false }, change: pending() };
    this.#open();
    this.#watched.set(name, watched);
    return {
      latest: () => watched.sighting,
      next: ({ signal }) => raceSignal(watched.change.promise, signal),
      look: (options) => this.#look(name, watched, options),
      dispose: () => {
        if (this.#watched.get(name) === watched) this.#watched.delete(name);
        this.#closeIfIdle();
      },
    };
  }

  /** Keeps an open watch open while nobody observes; returns the way to let go. */
  hold(): () => void {
    this.#holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      this.#closeIfIdle();
    };
  }

  #closeIfIdle(): void {
    if (this.#watched.size > 0 || this.#holders > 0) return;
    this.#unsubscribe();
    this.#options.onIdle?.();
  }

  /** Ends the watch; whoever still observes is told so. */
  close(): void {
    this.#unsubscribe();
    this.#lose(
      new RunnerError('the watch of the pods was closed', {
        code: 'MILLRACE_E_WATCH_CLOSED',
        kind: 'system',
      }),
    );
  }

  #open(): void {
    if (this.#subscription !== undefined || this.#polling !== undefined) return;
    const { api, namespace, labelSelector } = this.#options;
    const subscription = api.watch({ type: resourceTypes.pods, namespace, labelSelector });
    this.#subscription = subscription;
    void this.#follow(subscription);
  }

  #unsubscribe(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.dispose();
    this.#polling?.abort();
    this.#polling = undefined;
  }

  async #follow(subscription: WatchSubscription): Promise<void> {
    let lost: unknown = new RunnerError('the watch of the pods ended', {
      code: 'MILLRACE_E_WATCH_CLOSED',
      kind: 'system',
    });
    try {
      for await (const { type, object } of subscription.changes) {
        const watched = this.#watched.get(object.metadata.name ?? '');
        if (watched !== undefined) tell(watched, { pod: object, deleted: type === 'deleted' });
      }
    } catch (failure) {
      lost = failure;
    }
    if (this.#subscription !== subscription) return;
    this.#subscription = undefined;
    if (isForbidden(lost)) await this.#poll(lost);
    else this.#lose(lost);
  }

  /** Without the rights to list and watch: looks at each pod now and then, as GitLab Runner does. */
  async #poll(refusal: RunnerError): Promise<void> {
    const { clock, logger, namespace } = this.#options;
    const polling = new AbortController();
    this.#polling = polling;
    logger.warn('Listing and watching pods is forbidden; looking at each pod instead', {
      namespace,
      every: pollPause,
      error: refusal.message,
      hint: 'Grant the verbs list and watch on pods to the runner.',
    });
    try {
      for (;;) {
        for (const [name, watched] of this.#watched)
          if (!watched.sighting.deleted) await this.#see(name, watched, polling);
        await clock.sleep(pollPause, polling);
      }
    } catch (failure) {
      if (this.#polling !== polling) return;
      this.#polling = undefined;
      this.#lose(failure);
    }
  }

  /** One look of many. A pod that was never seen is not gone: it may not have been made yet. */
  async #see(
    name: string,
    watched: Watched,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    const { api, namespace } = this.#options;
    try {
      const pod = await api.get({ type: resourceTypes.pods, namespace, name }, { signal });
      const { resourceVersion } = pod.metadata;
      const known = watched.sighting.pod?.metadata.resourceVersion;
      if (known === undefined || known !== resourceVersion) tell(watched, { pod, deleted: false });
    } catch (failure) {
      signal.throwIfAborted();
      if (isForbidden(failure)) throw failure;
      if (isRunnerError(failure) && failure.reason === 'api_not_found') {
        const { pod } = watched.sighting;
        if (pod !== undefined) tell(watched, { pod, deleted: true });
      }
    }
  }

  #lose(failure: unknown): void {
    for (const watched of this.#watched.values()) watched.change.reject(failure);
  }

  async #look(
    name: string,
    watched: Watched,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    const { api, namespace } = this.#options;
    const before = watched.sighting;
    let seen: PodSighting | undefined;
    try {
      seen = {
        pod: await api.get({ type: resourceTypes.pods, namespace, name }, { signal }),
        deleted: false,
      };
    } catch (failure) {
      signal.throwIfAborted();
      // Anything but a clear no leaves it to the watch, and to the next look.
      if (isRunnerError(failure) && failure.reason === 'api_not_found')
        seen = { ...before, deleted: true };
    }
    // The watch may have spoken meanwhile; it knows better.
    if (seen !== undefined && watched.sighting === before) tell(watched, seen);
  }
}

/** Milliseconds; GitLab Runner's default `poll_interval`. */
const pollPause = 3_000;

const isForbidden = (failure: unknown): failure is RunnerError =>
  isRunnerError(failure) && failure.reason === 'api_forbidden' && failure.retry === 'never';

function tell(watched: Watched, sighting: PodSighting): void {
  const { change } = watched;
  watched.sighting = sighting;
  watched.change = pending();
  change.resolve(sighting);
}

/** A change to come. Nobody may be waiting when the watch is lost. */
function pending(): Deferred<PodSighting> {
  const change = deferred<PodSighting>();
  change.promise.catch(() => undefined);
  return change;
}
