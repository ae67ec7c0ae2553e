import {
  isRunnerError,
  type CallOptions,
  type JsonObject,
  type KubeObject,
  type ListSelection,
} from '@millrace/core';
import type { ApiClient } from './api-client.ts';
import { collectionPath } from './api-request.ts';

/** kubectl's and client-go's page size. */
const pageSize = 500;

/** All objects of a selection at one moment, and the version from which a watch may go on. */
export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/** Lists a whole selection. */
export type ListCall = (selection: ListSelection, options: CallOptions) => Promise<ObjectList>;

interface Page extends JsonObject {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly KubeObject[];
}

/** Reads page by page. A continue token that expires on the way (410) means one list without pages, as client-go does. */
export function createListCall(client: ApiClient): ListCall {
  const page = async (
    selection: ListSelection,
    paging: { readonly limit?: number; readonly continue?: string },
    options: CallOptions,
  ): Promise<Page> => {
    const { type, namespace, labelSelector, fieldSelector } = selection;
    return (await client.call(
      {
        verb: 'list',
        resource: type.plural,
        name: '',
        method: 'GET',
        path: collectionPath(type, namespace),
        query: { labelSelector, fieldSelector, ...paging },
        repeatable: 'always',
      },
      options,
    )) as Page;
  };
  return async (selection, options) => {
    const items: KubeObject[] = [];
    let next: string | undefined;
    let last: Page;
    do {
      try {
        last = await page(
          selection,
          { limit: pageSize, ...(next !== undefined && { continue: next }) },
          options,
        );
      } catch (error) {
        if (next === undefined || !isRunnerError(error) || error.reason !== 'api_expired')
          throw error;
        items.length = 0;
        last = await page(selection, {}, options);
      }
      for (const item of last.items ?? []) items.push(withType(item, selection));
      next = last.metadata?.continue;
    } while (next !== undefined && next !== '');
    return { items, resourceVersion: last.metadata?.resourceVersion ?? '' };
  };
}

/** The API leaves `apiVersion` and `kind` out of the items of a list. */
function withType(item: KubeObject, { type }: ListSelection): KubeObject {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  return { ...item, apiVersion, kind: type.kind };
}
