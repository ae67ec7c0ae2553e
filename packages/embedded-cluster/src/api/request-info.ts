import { flag } from './query-values.ts';
import { findResource, type ServedResource } from '../store/resource-types.ts';

/** What a request is about, as the authorizer and the router see it. */
export interface ResourceRequest {
  readonly kind: 'resource';
  readonly verb:
    | 'get'
    | 'list'
    | 'watch'
    | 'create'
    | 'update'
    | 'patch'
    | 'delete'
    | 'deletecollection';
  readonly type: ServedResource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** A request outside the resources: discovery, health, version, OpenAPI. */
export interface PathRequest {
  readonly kind: 'path';
  readonly verb: string;
  readonly path: string;
}

/** Path and verb of a request, parsed. */
export type RequestInfo = ResourceRequest | PathRequest;

const verbs: Readonly<Record<string, ResourceRequest['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
};
/** What may follow a namespace's own name. */
const namespaceSubresources = new Set(['status', 'finalize']);

function verbOf(method: string, name: string, query: URLSearchParams): ResourceRequest['verb'] {
  const watched = flag(query, 'watch');
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  const written = verbs[method];
  if (written !== undefined) return written;
  // One object is got, whatever is said about watching.
  if (name !== '') return 'get';
  return watched ? 'watch' : 'list';
}

/** Splits a path; undefined when it names no resource we serve. */
export function parseRequest(
  method: string,
  path: string,
  query: URLSearchParams,
): RequestInfo | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  if (path.startsWith('//')) return { kind: 'path', verb: method.toLowerCase(), path };
  const outside: PathRequest = { kind: 'path', verb: method.toLowerCase(), path };
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return outside;
  const below = parts.slice(core ? 2 : 3);
  // `/api/v1/watch/…` is an old way to say `?watch=1`.
  const watching = below[0] === 'watch' && method === 'GET';
  const rest = watching ? below.slice(1) : below;
  if (rest.length === 0) return outside;
  const [group, version] = core ? ['', parts[1] ?? ''] : [parts[1] ?? '', parts[2] ?? ''];
  const scoped =
    rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  const [plural = '', name = '', subresource = '', ...more] = scoped ? rest.slice(2) : rest;
  const type = findResource(group, version, plural);
  if (type === undefined || more.length > 0 || (scoped && !type.namespaced)) return undefined;
  if (subresource !== '' && !type.subresources.includes(subresource)) return undefined;
  const namespace = scoped ? (rest[1] ?? '') : '';
  if (type.namespaced && namespace === '' && name !== '') return undefined;
  return {
    kind: 'resource',
    verb: watching ? 'watch' : verbOf(method, name, query),
    type,
    namespace,
    name,
    subresource,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
