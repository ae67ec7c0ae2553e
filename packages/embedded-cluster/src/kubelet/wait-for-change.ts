import type { Clock } from '@millrace/core';
import type { Store } from '../contracts.ts';

const referable = new Set(['secrets', 'configmaps', 'persistentvolumeclaims', 'serviceaccounts']);

/**
 * Waits until something a pod can refer to changes in its namespace, or for `milliseconds`: so that a secret created a
 * moment too late is noticed at once.
 */
export async function waitForChange(
  store: Store,
  clock: Clock,
  namespace: string,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const changed = new AbortController();
  const unsubscribe = store.subscribe(({ resource, object }) => {
    if (referable.has(resource.plural) && object.metadata.namespace === namespace) changed.abort();
  });
  const cancel = (): void => changed.abort();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    await clock.sleep(milliseconds, { signal: changed.signal });
  } catch {
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', cancel);
    unsubscribe();
  }
}
