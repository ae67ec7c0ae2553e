import type { SeenRequest } from '@millrace/testkit';

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const connecting = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** What a request asks for, in the words of the API server's audit log. Paths outside the resources have no resource. */
export function requested(method: string, url: string, upgraded: boolean): SeenRequest {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const parts = pathname.split('/').filter((part) => part !== '');
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3).map(decodeURIComponent);
  const scoped = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = scoped ? rest.slice(2) : rest;
  const watched = ['true', '1'].includes(searchParams.get('watch') ?? '');
  const read = watched ? 'watch' : name === '' ? 'list' : 'get';
  const written = method === 'DELETE' && name === '' ? 'deletecollection' : verbs[method];
  return {
    verb: connecting.has(subresource) ? 'connect' : (written ?? read),
    resource,
    subresource,
    namespace: scoped ? (rest[1] ?? '') : '',
    name,
    upgraded,
  };
}
