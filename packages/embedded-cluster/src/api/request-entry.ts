import type { RequestEntry } from '../contracts.ts';
import type { IncomingMessage } from 'node:http';
import type { Identity } from './authorization.ts';
import type { RequestInfo } from './request-info.ts';

const connectSubresources = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** What observers and interceptors are told of a request. The user is empty before authentication. */
export function requestEntry(about: {
  readonly request: IncomingMessage;
  readonly info: RequestInfo | undefined;
  readonly identity?: Identity;
}): RequestEntry {
  const { request, info, identity } = about;
  const resource = info?.kind === 'resource' ? info : undefined;
  const connects = resource !== undefined && connectSubresources.has(resource.subresource);
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    verb: connects ? 'connect' : (info?.verb ?? ''),
    resource: resource?.type.plural ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
    upgraded: request.headers.upgrade !== undefined,
    userAgent: request.headers['user-agent'] ?? '',
    user: identity?.name ?? '',
  };
}
