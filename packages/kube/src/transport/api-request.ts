import type { JsonValue, ObjectRef, ResourceType } from '@millrace/core';

/** Whether a request may be sent again: whenever it failed, or only when it was surely not carried out. */
export type Repeatable = 'always' | 'if-unprocessed';

/** One call of the API, before headers and credentials. */
export interface ApiRequest {
  /** What the API calls the action, for counters and messages: `get`, `list`, `create`, `watch`, … */
  readonly verb: string;
  /** Plural resource, with its subresource: `pods`, `pods/log`. */
  readonly resource: string;
  /** Name of the object in messages; empty for collections. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: JsonValue;
  /** Media type of the body; JSON when absent. The patch types differ by nothing else. */
  readonly contentType?: string;
  readonly repeatable: Repeatable;
}

/** Query parameters; a list repeats its key, undefined is left out. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** Path of a collection; `/api/v1` for the core group. An empty namespace means all of them. */
export function collectionPath(type: ResourceType, namespace: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope =
    type.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

/** Path of one object, optionally of its subresource. */
export function objectPath(ref: ObjectRef, subresource?: string): string {
  const path = `${collectionPath(ref.type, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `?a=1&b=2`, or nothing. */
export function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(key, String(one));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** How a message names the call: `create pods "build-1"`. */
export function describe(request: Pick<ApiRequest, 'verb' | 'resource' | 'name'>): string {
  const { verb, resource, name } = request;
  return name === '' ? `${verb} ${resource}` : `${verb} ${resource} "${name}"`;
}
