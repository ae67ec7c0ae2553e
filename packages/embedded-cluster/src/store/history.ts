import type { KubeObject } from '@millrace/core';
import type { StoreChange } from '../contracts.ts';
import { expired } from './status.ts';

/** A commit with the state before it, from which a selector tells whether an object entered or left. */
export interface StoredChange extends StoreChange {
  readonly previous?: KubeObject;
}

/** The last commits, oldest first. */
export interface History {
  readonly push: (change: StoredChange) => void;
  /** Drops everything up to and including `version`. */
  readonly clear: (version: number) => void;
  readonly changes: () => readonly StoredChange[];
  /** The oldest version one can still resume from. */
  readonly floor: () => number;
}

/** Keeps between `limit` and twice as many commits: trimming in blocks keeps a push cheap. */
export function createHistory(limit: number): History {
  let changes: StoredChange[] = [];
  let floor = 0;
  return {
    push: (change) => {
      changes.push(change);
      if (changes.length <= limit * 2) return;
      floor = changes[changes.length - limit - 1]?.resourceVersion ?? floor;
      changes = changes.slice(-limit);
    },
    clear: (version) => {
      changes = [];
      floor = version;
    },
    changes: () => changes,
    floor: () => floor,
  };
}

/** @throws {@link ApiStatusError} Expired when commits after `version` have been dropped */
export function changesAfter(history: History, version: number): readonly StoredChange[] {
  if (version < history.floor()) throw expired(version, history.floor());
  const changes = history.changes();
  // Versions ascend, so the first wanted commit is found by bisection.
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.resourceVersion ?? 0) <= version) low = middle + 1;
    else high = middle;
  }
  return changes.slice(low);
}
