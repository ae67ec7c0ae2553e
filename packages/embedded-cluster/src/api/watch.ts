import type { JsonObject, KubeObject } from '@millrace/core';
import type { StoredChange } from '../store/history.ts';
import { apiVersionOf, sameResource } from '../store/resource-types.ts';
import { isApiStatusError } from '../store/status.ts';
import type { ResourceExchange } from './exchange.ts';
import { checkListOptions } from './list-options.ts';
import { flag, integer, versionOf } from './query-values.ts';
import { representationFor } from './representation.ts';
import { parseSelection, type Selection } from './selection.ts';
import { startStream } from './start-stream.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

interface WatchEvent {
  readonly type: EventType;
  readonly object: KubeObject;
}

/** How often an idle watch that allows bookmarks says where it is. */
const bookmarkInterval = 60_000;
/** A watch without `timeoutSeconds` ends after this long, so that clients spread over servers. */
const defaultTimeoutSeconds = 1800;
/** A client that lets this much pile up is cut off, as a real server does. */
const maxBacklogBytes = 32 * 1024 * 1024;

/** What a change means to somebody who sees only a selection: objects may enter it and leave it. */
function eventFor(change: StoredChange, selected: Selection): WatchEvent | undefined {
  const isIn = change.type !== 'deleted' && selected(change.object);
  const before = change.previous;
  const wasIn = before !== undefined && selected(before);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!wasIn) return undefined;
  const version = String(change.resourceVersion);
  return {
    type: 'DELETED',
    object: { ...before, metadata: { ...before.metadata, resourceVersion: version } },
  };
}

interface Start {
  readonly events: readonly WatchEvent[];
  /** Commits up to this version are in `events`. */
  readonly version: number;
}

function initialEvents(exchange: ResourceExchange, selected: Selection): readonly WatchEvent[] {
  const { store } = exchange.context;
  return store
    .list(exchange.info.type, exchange.info.namespace)
    .filter(selected)
    .map((object) => ({ type: 'ADDED', object }));
}

/** Where a watch starts: with what exists (no version, `0`, or `sendInitialEvents`), or after a version. */
function startOf(exchange: ResourceExchange, selected: Selection): Start {
  const { query, info, context } = exchange;
  const since = versionOf(query, false);
  const version = context.store.version();
  const streaming = query.has('sendInitialEvents') ? flag(query, 'sendInitialEvents') : undefined;
  if (streaming === true) {
    const events = initialEvents(exchange, selected);
    // Nobody who takes no bookmarks is told where the beginning ends.
    const end = flag(query, 'allowWatchBookmarks') ? [bookmark(exchange, version, true)] : [];
    return { events: [...events, ...end], version };
  }
  if (streaming === false && since === undefined) return { events: [], version };
  if (since === undefined || since === 0) {
    const events = initialEvents(exchange, selected);
    const bookmarks = flag(query, 'allowWatchBookmarks');
    return { events: bookmarks ? [...events, bookmark(exchange, version, true)] : events, version };
  }
  const changes = context.store
    .changesSince(since)
    .filter((change) => sameResource(change.resource, info.type));
  return {
    events: changes.flatMap((change) => eventFor(change, selected) ?? []),
    version: Math.max(version, since),
  };
}

function bookmark(exchange: ResourceExchange, version: number, initialEnd: boolean): WatchEvent {
  const { type } = exchange.info;
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return {
    type: 'BOOKMARK',
    object: {
      kind: type.kind,
      apiVersion: apiVersionOf(type),
      metadata: { resourceVersion: String(version), ...annotations },
    },
  };
}

/** Serves WATCH as a stream of JSON lines until the client goes, time is up, or the server closes. */
export function watch(exchange: ResourceExchange): undefined {
  const { info, query, request, response, context } = exchange;
  const representation = representationFor(info.type, request, query, context.clock);
  const selected = parseSelection(info, query);
  checkListOptions(query, true);
  const bookmarks = flag(query, 'allowWatchBookmarks');
  const asked = integer(query, 'timeoutSeconds') ?? 0;
  const seconds = asked <= 0 ? defaultTimeoutSeconds : asked;
  let start: Start;
  try {
    start = startOf(exchange, selected);
  } catch (error) {
    // A real server answers 200 and says so in the stream when only the history is gone.
    if (!isApiStatusError(error) || error.status.code !== 410) throw error;
    startStream(exchange, 'watch', 'application/json', () => {});
    response.end(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`);
    return undefined;
  }

  let first = true;
  let seen = start.version;
  const send = (event: WatchEvent): void => {
    if (response.destroyed || response.writableEnded) return;
    const object =
      event.type === 'BOOKMARK' ? event.object : representation.event(event.object, first);
    if (event.type !== 'BOOKMARK') first = false;
    response.write(`{"type":"${event.type}","object":${serialised(object)}}\n`);
  };

  let cancelBookmark = (): void => {};
  const remind = (): void => {
    send(bookmark(exchange, seen, false));
    cancelBookmark = context.clock.after(bookmarkInterval, remind);
  };
  const finish = (): void => {
    // A real server reckons the last bookmark two seconds before the end: a short watch has none.
    if (bookmarks && seconds > 2) send(bookmark(exchange, seen, false));
    response.end();
  };
  startStream(
    exchange,
    'watch',
    'application/json',
    () => {
      unsubscribe();
      cancelTimeout();
      cancelBookmark();
    },
    finish,
  );
  for (const event of start.events) send(event);
  const unsubscribe = context.store.subscribe((change) => {
    // A commit made in a listener may be delivered after this watch has already listed it.
    if (change.resourceVersion <= start.version) return;
    seen = change.resourceVersion;
    if (!sameResource(change.resource, info.type)) return;
    const event = eventFor(change, selected);
    if (event === undefined) return;
    if (response.writableLength > maxBacklogBytes) response.destroy();
    else send(event);
  });
  const cancelTimeout = context.clock.after(seconds * 1000, finish);
  if (bookmarks) cancelBookmark = context.clock.after(bookmarkInterval, remind);
  return undefined;
}

const texts = new WeakMap<JsonObject, string>();

/** Many watches send the same frozen object; it is written as JSON once. */
function serialised(object: JsonObject): string {
  if (!Object.isFrozen(object)) return JSON.stringify(object);
  const text = texts.get(object) ?? JSON.stringify(object);
  texts.set(object, text);
  return text;
}
