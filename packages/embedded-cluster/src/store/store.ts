import { randomUUID } from 'node:crypto';
import type { Clock, KubeObject, ResourceType } from '@millrace/core';
import type { Store, StoreChange, StoreKey } from '../contracts.ts';
import { createChangeFeed } from './change-feed.ts';
import { freeName } from './generate-name.ts';
import type { StoredChange } from './history.ts';
import { deepFreeze, sameJson, text } from './json.ts';
import { isFinished, keyOf, stamped, versioned, withoutVersion } from './object-meta.ts';
import { alreadyExists, badRequest, notFound } from './status.ts';

/** The store with what the API server needs besides the contract: versions and a bounded past. */
export interface ObjectStore extends Store {
  readonly subscribe: (listener: (change: StoredChange) => void) => () => void;
  /** Version of the last commit. */
  readonly version: () => number;
  /** Commits after `version`, oldest first. Throws Expired when the history no longer reaches back that far. */
  readonly changesSince: (version: number) => readonly StoredChange[];
  /** What `list` would have answered at `version`. Throws Expired as {@link ObjectStore.changesSince}. */
  readonly listAt: (
    type: ResourceType,
    namespace: string | undefined,
    version: number,
  ) => readonly KubeObject[];
  /** Forgets the past, as an API server does that compacts its storage; older watches get 410. */
  readonly compact: () => void;
}

/** What a store is made of. */
export interface StoreOptions {
  readonly clock: Clock;
  /** Commits kept for watches that resume; 4,000 by default. */
  readonly historyLimit?: number;
}

/** Creates an empty store. */
export function createStore(options: StoreOptions): ObjectStore {
  const tables = new Map<string, Map<string, KubeObject>>();
  const feed = createChangeFeed(options.historyLimit ?? 4000);
  let current = 0;

  const tableOf = (type: ResourceType): Map<string, KubeObject> => {
    const key = `${type.group}/${type.plural}`;
    const table = tables.get(key) ?? new Map<string, KubeObject>();
    tables.set(key, table);
    return table;
  };
  const addressOf = (key: StoreKey): string =>
    key.type.namespaced ? `${key.namespace}/${key.name}` : key.name;

  const commit = (
    type: StoreChange['type'],
    resource: ResourceType,
    object: KubeObject,
    previous?: KubeObject,
  ): KubeObject => {
    const frozen = deepFreeze(object);
    feed.publish({
      type,
      resource,
      object: frozen,
      resourceVersion: current,
      ...(previous === undefined ? {} : { previous }),
    });
    return frozen;
  };

  const get = (key: StoreKey): KubeObject | undefined => tableOf(key.type).get(addressOf(key));
  const list = (type: ResourceType, namespace?: string): readonly KubeObject[] =>
    sorted(tableOf(type), type, namespace);

  const create = (type: ResourceType, object: KubeObject): KubeObject => {
    const table = tableOf(type);
    const namespace = object.metadata.namespace ?? '';
    if (type.namespaced && namespace === '')
      throw badRequest('an empty namespace may not be set during creation');
    const name =
      object.metadata.name ??
      freeName(text(object.metadata, 'generateName'), (candidate) =>
        table.has(addressOf({ type, namespace, name: candidate })),
      );
    if (name === '') throw badRequest('name or generateName is required');
    const address = addressOf({ type, namespace, name });
    if (table.has(address)) throw alreadyExists(type, name);
    current += 1;
    const made = deepFreeze(
      stamped(type, object, name, randomUUID(), options.clock.now(), current),
    );
    table.set(address, made);
    return commit('added', type, made);
  };

  const remove = (key: StoreKey): void => {
    const table = tableOf(key.type);
    const before = table.get(addressOf(key));
    if (before === undefined) throw notFound(key.type, key.name);
    current += 1;
    table.delete(addressOf(key));
    commit('deleted', key.type, versioned(before, current), before);
  };

  const update = (key: StoreKey, change: (object: KubeObject) => KubeObject): KubeObject => {
    const table = tableOf(key.type);
    const before = table.get(addressOf(key));
    if (before === undefined) throw notFound(key.type, key.name);
    const after = change(before);
    if (after === before || sameJson(withoutVersion(before), withoutVersion(after))) return before;
    if (isFinished(after)) {
      remove(key);
      return deepFreeze(after);
    }
    current += 1;
    const made = deepFreeze(versioned(after, current));
    table.set(addressOf(key), made);
    return commit('modified', key.type, made, before);
  };

  const listAt = (
    type: ResourceType,
    namespace: string | undefined,
    version: number,
  ): readonly KubeObject[] => {
    const past = new Map(tableOf(type));
    for (const change of feed.since(version).toReversed()) {
      if (change.resource.plural !== type.plural || change.resource.group !== type.group) continue;
      const address = addressOf(keyOf(type, change.object));
      if (change.previous === undefined) past.delete(address);
      else past.set(address, change.previous);
    }
    return sorted(past, type, namespace);
  };

  return {
    get,
    list,
    create,
    update,
    remove,
    listAt,
    subscribe: feed.subscribe,
    changesSince: feed.since,
    version: () => current,
    compact: () => feed.forget(current),
  };
}

/** In the order of a real server's keys: namespace, then name, byte by byte. */
function sorted(
  table: ReadonlyMap<string, KubeObject>,
  type: ResourceType,
  namespace?: string,
): readonly KubeObject[] {
  const all = !type.namespaced || namespace === undefined || namespace === '';
  const addresses = [...table.keys()].filter(
    (address) => all || address.startsWith(`${namespace}/`),
  );
  return addresses.toSorted().flatMap((address) => table.get(address) ?? []);
}
