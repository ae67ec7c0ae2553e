import { deferred, type Deferred } from './deferred.ts';

/** A bounded queue between producers and one consumer. */
export interface AsyncQueue<T> extends AsyncIterable<T> {
  /**
   * Adds an item. Returns undefined when it fits; otherwise a promise that resolves once it does: a producer that
   * waits for it never has more than one item beyond the limit. Dropped without a word after {@link AsyncQueue.fail}
   * or once the consumer has stopped reading, because then nobody can take it.
   * @throws Error after {@link AsyncQueue.end}
   */
  readonly push: (item: T) => Promise<void> | undefined;
  /** The consumer gets what was pushed so far, then the end. */
  readonly end: () => void;
  /** The consumer gets what was pushed so far, then this error. Does nothing after `end` or an earlier `fail`. */
  readonly fail: (error: unknown) => void;
}

type State =
  | { readonly kind: 'open' | 'ended' | 'abandoned' }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Makes a queue that holds `limit` items before it asks producers to wait.
 * @throws Error from `[Symbol.asyncIterator]` when a second consumer comes
 */
export function createAsyncQueue<T>({ limit }: { readonly limit: number }): AsyncQueue<T> {
  const items: T[] = [];
  const producers: { readonly room: Deferred<void>; readonly position: number }[] = [];
  const readers: Deferred<IteratorResult<T, undefined>>[] = [];
  let state: State = { kind: 'open' };
  let taken = 0;
  let consumed = false;

  const admitProducers = (): void => {
    while (producers[0] !== undefined && producers[0].position <= taken + limit)
      producers.shift()?.room.resolve();
  };
  const finish = (final: State): void => {
    if (state.kind !== 'open') return;
    state = final;
    for (const reader of readers.splice(0)) settleEnd(reader, final);
  };
  const push = (item: T): Promise<void> | undefined => {
    if (state.kind === 'ended') throw new Error('push after end: this queue takes no more items');
    if (state.kind !== 'open') return undefined;
    const reader = readers.shift();
    if (reader !== undefined) {
      taken += 1;
      reader.resolve({ done: false, value: item });
      return undefined;
    }
    items.push(item);
    if (items.length <= limit) return undefined;
    const room: Deferred<void> = deferred();
    producers.push({ room, position: taken + items.length });
    return room.promise;
  };
  const next = (): Promise<IteratorResult<T, undefined>> => {
    const reader = deferred<IteratorResult<T, undefined>>();
    if (items.length > 0) {
      taken += 1;
      reader.resolve({ done: false, value: items.shift() as T });
      admitProducers();
    } else if (state.kind === 'open') {
      readers.push(reader);
    } else {
      settleEnd(reader, state);
    }
    return reader.promise;
  };
  const abandon = (): Promise<IteratorResult<T, undefined>> => {
    finish({ kind: 'abandoned' });
    items.length = 0;
    for (const { room } of producers.splice(0)) room.resolve();
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    push,
    end: () => finish({ kind: 'ended' }),
    fail: (error) => finish({ kind: 'failed', error }),
    [Symbol.asyncIterator]: () => {
      if (consumed) throw new Error('this queue already has its one consumer');
      consumed = true;
      return { next, return: abandon };
    },
  };
}

function settleEnd<T>(reader: Deferred<IteratorResult<T, undefined>>, state: State): void {
  if (state.kind === 'failed') reader.reject(state.error);
  else reader.resolve({ done: true, value: undefined });
}
