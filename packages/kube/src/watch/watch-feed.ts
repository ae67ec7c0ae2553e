import { linkSignals } from '@millrace/async';
import { isRunnerError, type ListSelection, type WatchSubscription } from '@millrace/core';
import type { ApiClient } from '../transport/api-client.ts';
import { createChangeBacklog, type ChangeBacklog } from './change-backlog.ts';
import { createKnownObjects } from './known-objects.ts';
import type { Snapshot } from './poll-objects.ts';
import { nextPause } from './next-pause.ts';
import { watchStream } from './watch-stream.ts';

/** One list+watch, shared by its subscribers. */
export interface WatchFeed {
  readonly subscribe: () => WatchSubscription;
  readonly close: () => void;
}

/**
 * Opens with the first subscriber. Lists, watches from there, resumes where it was cut, lists again when its version
 * has expired and from time to time; polls where `watch` is forbidden.
 * @param onClosed - called once, when it has failed or idled or was closed, and cannot be used again
 */
export function createWatchFeed(
  client: ApiClient,
  selection: ListSelection,
  snapshot: Snapshot,
  onClosed: () => void,
): WatchFeed {
  const { limits, options } = client;
  const { clock, logger, random = Math.random } = options;
  const known = createKnownObjects();
  const subscribers = new Set<ChangeBacklog>();
  const lifetime = new AbortController();
  let cancelLinger = (): void => undefined;
  let started = false;
  let version: string | undefined;
  let canWatch = true;
  let relistAt = 0;

  const publish = (changes: Iterable<Parameters<ChangeBacklog['push']>[0]>): void => {
    for (const change of changes) for (const one of subscribers) one.push(change);
  };
  const stop = (how: (one: ChangeBacklog) => void): void => {
    if (lifetime.signal.aborted) return;
    lifetime.abort();
    cancelLinger();
    for (const one of subscribers) how(one);
    subscribers.clear();
    onClosed();
  };

  const relist = async (signal: AbortSignal): Promise<void> => {
    const { items, resourceVersion } = await snapshot({ signal });
    publish(known.replace(items));
    version = resourceVersion;
    relistAt = clock.monotonic() + limits.watchRelist;
  };
  /** Whether it was of any use; a server that closes it at once must not be asked again at once. */
  const watchOnce = async (resourceVersion: string, signal: AbortSignal): Promise<boolean> => {
    const linked = linkSignals(signal);
    const cancelTimer = clock.after(relistAt - clock.monotonic(), () => {
      version = undefined;
      linked.abort(relistDue);
    });
    const opened = clock.monotonic();
    const requested = limits.watchLifetime * (1 + random());
    let news = false;
    const worked = (): boolean => news || clock.monotonic() - opened >= steadyWatch;
    try {
      const from = { resourceVersion, lifetime: requested };
      for await (const event of watchStream(client, selection, from, { signal: linked.signal })) {
        news = true;
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type !== 'BOOKMARK') publish(known.apply(event.type, event.object));
      }
    } catch (error) {
      if (error !== relistDue) throw worked() ? new Interrupted(error) : error;
    } finally {
      cancelTimer();
      linked.dispose();
    }
    return worked() || version === undefined;
  };
  /** One round; returns whether it went well, so that the pauses start small again. */
  const round = async (signal: AbortSignal): Promise<boolean> => {
    if (version === undefined || !canWatch) await relist(signal);
    if (canWatch && version !== undefined) return watchOnce(version, signal);
    await clock.sleep(limits.watchPoll, { signal });
    return true;
  };
  /** What a failed round means; true to go on at once. Throws what no repetition heals. */
  const digest = (error: unknown): boolean => {
    if (!isRunnerError(error)) throw error;
    // One that may be asked again is that of a server that has just come up, see `outage.ts`.
    const refused = error.reason === 'api_forbidden' && error.retry === 'never';
    if (refused && canWatch && version !== undefined) {
      canWatch = false;
      logger.warn('Watching is forbidden; polling instead', {
        resource: selection.type.plural,
        namespace: selection.namespace,
        every: limits.watchPoll,
        hint: 'Grant the verb watch to the runner.',
      });
      return true;
    }
    const expired = error.reason === 'api_expired';
    if (error.retry === 'never' && !expired) throw error;
    if (expired || error.code === 'MILLRACE_E_KUBE_BAD_ANSWER') version = undefined;
    const ordinary = expired || error.code === 'MILLRACE_E_KUBE_WATCH_SILENT';
    const level = ordinary ? 'debug' : 'warn';
    logger[level]('A watch was interrupted and goes on', {
      resource: selection.type.plural,
      namespace: selection.namespace,
      error: error.message,
    });
    return false;
  };
  const run = async (): Promise<void> => {
    const { signal } = lifetime;
    let failures = 0;
    for (;;) {
      let cause: unknown;
      try {
        failures = (await round(signal)) ? 0 : failures + 1;
      } catch (error) {
        signal.throwIfAborted();
        cause = error instanceof Interrupted ? error.cause : error;
        const before = error instanceof Interrupted ? 0 : failures;
        failures = digest(cause) ? 0 : before + 1;
      }
      if (failures > 0) await clock.sleep(nextPause(failures, cause, random), { signal });
    }
  };

  const start = (): void => {
    started = true;
    run().catch((error: unknown) => stop((one) => one.fail(error)));
  };
  const linger = (): void => {
    cancelLinger();
    cancelLinger = clock.after(limits.watchLinger, () => stop((one) => one.end()));
  };
  const subscribe = (): WatchSubscription => {
    cancelLinger();
    const dispose = (): void => {
      if (!subscribers.delete(backlog)) return;
      backlog.end();
      if (subscribers.size === 0 && !lifetime.signal.aborted) linger();
    };
    const backlog = createChangeBacklog({ limit: limits.watchBacklog, onReturn: dispose });
    for (const object of known.all()) backlog.push({ type: 'added', object });
    subscribers.add(backlog);
    if (!started) start();
    return { changes: backlog.changes, dispose };
  };
  return { subscribe, close: () => stop((one) => one.end()) };
}

/** A watch that stood so long had worked, even if there was nothing to say; milliseconds. */
const steadyWatch = 5_000;

const relistDue = new Error('time for a full list');

/** A watch that had worked before it was cut: no reason for longer pauses. */
class Interrupted extends Error {
  constructor(cause: unknown) {
    super('interrupted', { cause });
  }
}
