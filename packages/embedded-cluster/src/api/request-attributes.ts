import type { AccessAttributes } from './authorization.ts';
import type { RequestInfo } from './request-info.ts';

/** What the authorizer is asked about a request. */
export function attributesOf(info: RequestInfo): AccessAttributes {
  if (info.kind === 'path') return { verb: info.verb, path: info.path };
  const { verb, type, subresource, namespace, name } = info;
  return { verb, group: type.group, resource: type.plural, subresource, namespace, name };
}
