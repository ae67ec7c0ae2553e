import { createHash } from 'node:crypto';
import type { Clock, KubeObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
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

/**
 * Records an event about an object; the same event again raises the count of the first. Nothing is recorded in a
 * namespace that is going away.
 */
export function recordEvent(store: Store, clock: Clock, about: KubeObject, note: EventNote): void {
  const namespace = about.metadata.namespace ?? 'default';
  const home = store.get({ type: namespaceType, namespace: '', name: namespace });
  if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
  const now = timestamp(clock.now());
  const name = eventName(about, note);
  const key = { type: eventType, namespace, name };
  if (store.get(key) !== undefined) {
    store.update(key, (before) => ({
      ...before,
      count: (count(before, 'count') ?? 1) + 1,
      lastTimestamp: now,
    }));
    return;
  }
  store.create(eventType, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      kind: about.kind,
      apiVersion: about.apiVersion,
      namespace,
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
  });
}

/** The same note about the same object gets the same name, by which it is found again. */
function eventName(about: KubeObject, note: EventNote): string {
  const series = JSON.stringify([
    about.metadata.uid,
    note.component,
    note.type,
    note.reason,
    note.message,
  ]);
  return `${about.metadata.name ?? ''}.${createHash('sha256').update(series).digest('hex').slice(0, 16)}`;
}
