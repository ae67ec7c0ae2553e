import { changesAfter, createHistory, type StoredChange } from './history.ts';

/** Everything that was committed: kept for a while, and told to those who listen. */
export interface ChangeFeed {
  readonly publish: (change: StoredChange) => void;
  readonly subscribe: (listener: (change: StoredChange) => void) => () => void;
  /** Oldest first. Throws Expired when the history no longer reaches back that far. */
  readonly since: (version: number) => readonly StoredChange[];
  /** Forgets everything up to and including `version`. */
  readonly forget: (version: number) => void;
}

/** @param historyLimit - commits kept at least */
export function createChangeFeed(historyLimit: number): ChangeFeed {
  const listeners = new Set<(change: StoredChange) => void>();
  const history = createHistory(historyLimit);
  const pending: StoredChange[] = [];
  let delivering = false;

  /** A listener may write; its commits are delivered after this one, so that everyone sees one order. */
  const publish = (change: StoredChange): void => {
    history.push(change);
    pending.push(change);
    if (delivering) return;
    delivering = true;
    const failures: unknown[] = [];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      for (const listener of listeners) {
        try {
          listener(next);
        } catch (error) {
          failures.push(error);
        }
      }
    }
    delivering = false;
    // A listener that throws is a defect; the others still hear of the commit before it surfaces.
    if (failures.length > 0) throw new AggregateError(failures, 'a store listener failed');
  };
  return {
    publish,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    since: (version) => changesAfter(history, version),
    forget: (version) => history.clear(version),
  };
}
