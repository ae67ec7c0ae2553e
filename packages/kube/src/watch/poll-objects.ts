import { isRunnerError, type CallOptions, type KubeApi, type ListSelection } from '@millrace/core';
import type { ListCall, ObjectList } from '../transport/list-objects.ts';

/** The present state of a selection. */
export type Snapshot = (options: CallOptions) => Promise<ObjectList>;

/**
 * Lists the selection. Where `list` is forbidden and the selection names one object, that object is read instead:
 * roles for runners often grant `get` alone, and GitLab Runner reads its pod that way.
 */
export function createSnapshot(
  selection: ListSelection,
  calls: { readonly listPages: ListCall; readonly get: KubeApi['get'] },
): Snapshot {
  const name = /^metadata\.name=([^,]+)$/.exec(selection.fieldSelector ?? '')?.[1];
  const { type, namespace } = selection;
  let canList = true;
  const readOne = async (only: string, options: CallOptions): Promise<ObjectList> => {
    try {
      const object = await calls.get({ type, namespace, name: only }, options);
      return { items: [object], resourceVersion: '' };
    } catch (error) {
      if (!isRunnerError(error) || error.reason !== 'api_not_found') throw error;
      return { items: [], resourceVersion: '' };
    }
  };
  return async (options) => {
    try {
      if (canList) return await calls.listPages(selection, options);
    } catch (error) {
      if (name === undefined || !isRunnerError(error) || error.reason !== 'api_forbidden')
        throw error;
      canList = false;
    }
    return readOne(name ?? '', options);
  };
}
