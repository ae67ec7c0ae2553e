import { RunnerError, type KubeObject, type WatchChange } from '@millrace/core';
import { deferred, type Deferred } from '@millrace/async';

/** What one subscriber has not read yet. */
export interface ChangeBacklog {
  readonly push: (change: WatchChange) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
  readonly changes: AsyncIterable<WatchChange>;
}

/**
 * Changes of one object that the subscriber has not read are merged into one: the latest state counts, and a deletion
 * is never lost. So a slow subscriber holds one change per object, not one per event; one that falls behind by more
 * than `limit` objects fails.
 * @param onReturn - called when nothing more will be read: the reader left its loop, or failed
 */
export function createChangeBacklog(options: {
  readonly limit: number;
  readonly onReturn: () => void;
}): ChangeBacklog {
  const pending = new Map<string, WatchChange>();
  let waiting: Deferred<true> | undefined;
  let end: { readonly error?: unknown } | undefined;

  const wake = (): void => {
    waiting?.resolve(true);
    waiting = undefined;
  };
  const finish = (how: { readonly error?: unknown }): void => {
    end ??= how;
    wake();
  };
  const push = (change: WatchChange): void => {
    if (end !== undefined) return;
    const key = identity(change.object);
    const before = pending.get(key);
    pending.set(key, before === undefined ? change : merged(before, change));
    if (pending.size > options.limit) {
      pending.clear();
      finish({ error: lagging(options.limit) });
      options.onReturn();
    }
    wake();
  };
  async function* read(): AsyncGenerator<WatchChange> {
    try {
      for (;;) {
        const first = pending.entries().next();
        if (!first.done) {
          const [key, change] = first.value;
          pending.delete(key);
          yield change;
        } else if (end !== undefined) {
          if ('error' in end) throw end.error;
          return;
        } else {
          waiting = deferred<true>();
          await waiting.promise;
        }
      }
    } finally {
      options.onReturn();
    }
  }
  return {
    push,
    end: () => {
      pending.clear();
      finish({});
    },
    fail: (error) => finish({ error }),
    changes: read(),
  };
}

/** The reader has not heard of what is still `added`, so a change of it stays `added`. */
function merged(before: WatchChange, change: WatchChange): WatchChange {
  return before.type === 'added' && change.type === 'modified'
    ? { type: 'added', object: change.object }
    : change;
}

/** A new object under an old name is another object. */
function identity({ metadata }: KubeObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function lagging(limit: number): RunnerError {
  return new RunnerError(`a subscriber of a watch is more than ${limit} objects behind`, {
    code: 'MILLRACE_E_KUBE_WATCH_LAGGING',
    kind: 'system',
    reason: 'internal',
    hint: 'Read the changes faster, or select fewer objects.',
    details: { limit },
  });
}
