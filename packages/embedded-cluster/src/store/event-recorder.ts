import type { Clock, KubeObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { eventName } from './event-name.ts';
import { count } from './json.ts';
import { eventType, namespaceType } from './resource-types.ts';
import { timestamp } from './object-meta.ts';

/** Something that happened to an object. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

/** Tells what happened. */
export type RecordEvent = (about: KubeObject, note: EventNote) => void;

/** Series that are remembered, so that their next event only raises a count. */
const rememberedSeries = 4096;

/**
 * Records events about objects; the same event again raises the count of the first. Nothing is recorded in a namespace
 * that is going away.
 */
export function createEventRecorder(store: Store, clock: Clock): RecordEvent {
  const names = new Map<string, string>();
  return (about, note) => {
    const namespace = about.metadata.namespace ?? 'default';
    const home = store.get({ type: namespaceType, namespace: '', name: namespace });
    if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
    const now = timestamp(clock.now());
    const series = JSON.stringify([about.metadata.uid, note]);
    const earlier = { type: eventType, namespace, name: names.get(series) ?? '' };
    if (store.get(earlier) !== undefined) {
      store.update(earlier, (before) => ({
        ...before,
        count: (count(before, 'count') ?? 1) + 1,
        lastTimestamp: now,
      }));
      return;
    }
    const name = eventName(about.metadata.name ?? '', clock.now());
    names.set(series, name);
    const [oldest = ''] = names.keys();
    if (names.size > rememberedSeries) names.delete(oldest);
    store.create(eventType, eventObject(about, note, { name, namespace }, now));
  };
}

function eventObject(
  about: KubeObject,
  note: EventNote,
  metadata: { readonly name: string; readonly namespace: string },
  now: string,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: {
      kind: about.kind,
      apiVersion: about.apiVersion,
      namespace: metadata.namespace,
      name: about.metadata.name ?? '',
      uid: about.metadata.uid ?? '',
      resourceVersion: about.metadata.resourceVersion ?? '',
    },
    reason: note.reason,
    message: note.message,
    type: note.type,
    source: { component: note.component },
    reportingComponent: note.component,
    reportingInstance: '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    eventTime: null,
  };
}
